"""The addresses of alerts: which forms are understood, and that nobody sees what is in them."""

from __future__ import annotations

import logging

import pytest

from scorecard.alerts import check_addresses, sending
from scorecard.errors import ConfigurationError
from scorecard.settings import Settings
from tests.city import ROOT
from tests.quality.alerting import TOKEN, assert_unseen

FORMS = {
    "wecombot://693a91f6-7cee-4bc4-97a0-0ec2sifa5aaa": "NotifyWeComBot",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7cee": "NotifyWeComBot",
    "dingtalk://a1b2c3d4e5f6": "NotifyDingTalk",
    "dingtalk://SEC0a1b2c3d@a1b2c3d4e5f6": "NotifyDingTalk",
    "feishu://7c1e33d0-90ab-4cde-8f01-23456789abcd": "NotifyFeishu",
    "mailtos://scorecard:p%40ss%20word@smtp.example.gov.cn:465"
    "?mode=ssl&from=scorecard@example.gov.cn&to=a@example.gov.cn,b@example.gov.cn": "NotifyEmail",
    "mailtos://scorecard:password@smtp.example.gov.cn:587"
    "?from=scorecard@example.gov.cn&to=a@example.gov.cn": "NotifyEmail",
    "mailto://smtp.example.gov.cn:25"
    "?from=scorecard@example.gov.cn&to=a@example.gov.cn": "NotifyEmail",
    "jsons://example.gov.cn/hooks/scorecard": "NotifyJSON",
    "json://user:password@10.1.2.3:8080/hooks/scorecard": "NotifyJSON",
}  # fmt: skip


@pytest.mark.parametrize(("url", "service"), FORMS.items())
def test_the_documented_forms_are_understood(url: str, service: str):
    opened, fault = sending.open_address(sending.Address(1, url))
    assert fault == ""
    assert type(opened).__name__ == service
    for page in ("alerts.md", "alerts.zh-CN.md"):
        form = url.partition("=" if url.startswith("https:") else "//")[0]
        assert form in (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_a_mail_with_two_recipients_goes_to_both():
    [url] = [url for url in FORMS if ":465" in url]
    opened, _ = sending.open_address(sending.Address(1, url))
    assert [to for _, to in opened.targets] == ["a@example.gov.cn", "b@example.gov.cn"]
    assert opened.password == "p@ss word"
    assert opened.secure_mode == "ssl"


@pytest.mark.parametrize(
    "text",
    [
        "json://a/1 json://b/2?to=x,y",
        "json://a/1\n\n  json://b/2?to=x,y\n",
        "json://a/1, json://b/2?to=x,y",
        "json://a/1,json://b/2?to=x,y",
    ],
)
def test_blanks_separate_addresses_and_a_comma_inside_one_does_not(text: str):
    urls = [a.url for a in sending.addresses_of(Settings(alert_urls=text))]
    assert urls == ["json://a/1", "json://b/2?to=x,y"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"json://h wecomm://{TOKEN}", "address 2 (schema wecomm) is not understood"),
        (f"{TOKEN} json://h", "address 1 (schema missing) is not understood"),
        (f"wecombot://bad~{TOKEN}", "address 1 (schema wecombot) is not understood"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", "(schema https) is not"),
        (f"jsons://h/{TOKEN}?verify=no", "turns the check of certificates off"),
    ],
)
def test_checking_names_an_address_that_cannot_be_used_and_not_its_secret(
    text: str, what: str, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigurationError) as error:
        check_addresses(Settings(alert_urls=text))
    assert what in str(error.value)
    assert "SCORECARD_ALERT_URLS" in str(error.value)
    assert TOKEN not in str(error.value) + repr(error.value)
    assert_unseen(TOKEN, caplog, capfd)


def test_checking_sound_addresses_names_their_kinds(monkeypatch):
    monkeypatch.setenv("SCORECARD_ALERT_URLS", f"wecombot://{TOKEN} jsons://h/{TOKEN}")
    assert check_addresses(Settings()) == "alerts: wecombot, jsons"
    monkeypatch.setenv("SCORECARD_ALERT_URLS", "")
    assert check_addresses(Settings()) == "alerts: none, SCORECARD_ALERT_URLS is empty"


def test_the_addresses_are_not_shown_with_the_settings():
    settings = Settings(alert_urls=f"json://h/{TOKEN}")
    assert TOKEN not in repr(settings) + str(sending.addresses_of(settings))
