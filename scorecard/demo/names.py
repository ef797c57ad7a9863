"""The invented words of the demo city: its bureaus, projects, matters, certificates and companies.

Lists only, no logic. The bureaus are the usual ones of a prefecture-level city; the companies and
persons are put together from word lists and stand for nobody.
"""

from __future__ import annotations

# (id, name, short name); the education bureau first, the one that delivers nothing last.
BUREAUS: tuple[tuple[str, str, str], ...] = (
    ("edu", "淮北市教育局", "教育局"),
    ("ndrc", "淮北市发展和改革委员会", "发改委"),
    ("econ", "淮北市经济和信息化局", "经信局"),
    ("science", "淮北市科学技术局", "科技局"),
    ("police", "淮北市公安局", "公安局"),
    ("civil", "淮北市民政局", "民政局"),
    ("justice", "淮北市司法局", "司法局"),
    ("finance", "淮北市财政局", "财政局"),
    ("hrss", "淮北市人力资源和社会保障局", "人社局"),
    ("resources", "淮北市自然资源和规划局", "自规局"),
    ("ecology", "淮北市生态环境局", "生态环境局"),
    ("housing", "淮北市住房和城乡建设局", "住建局"),
    ("transport", "淮北市交通运输局", "交通局"),
    ("agri", "淮北市农业农村局", "农业农村局"),
    ("water", "淮北市水务局", "水务局"),
    ("commerce", "淮北市商务局", "商务局"),
    ("culture", "淮北市文化旅游体育局", "文旅体局"),
    ("health", "淮北市卫生健康委员会", "卫健委"),
    ("veterans", "淮北市退役军人事务局", "退役军人局"),
    ("emergency", "淮北市应急管理局", "应急局"),
    ("audit", "淮北市审计局", "审计局"),
    ("market", "淮北市市场监督管理局", "市监局"),
    ("stats", "淮北市统计局", "统计局"),
    ("medical", "淮北市医疗保障局", "医保局"),
    ("urban", "淮北市城市管理局", "城管局"),
    ("gov-office", "淮北市人民政府办公室", "市政府办"),
    ("data", "淮北市大数据资源局", "大数据局"),
    ("assets", "淮北市国有资产监督管理委员会", "国资委"),
    ("foreign", "淮北市外事办公室", "外办"),
    ("letters", "淮北市信访局", "信访局"),
    ("fin-supervision", "淮北市地方金融监督管理局", "金融监管局"),
    ("investment", "淮北市招商投资促进局", "招商局"),
    ("air-defence", "淮北市人民防空办公室", "人防办"),
    ("forestry", "淮北市林业局", "林业局"),
    ("ethnic", "淮北市民族宗教事务局", "民宗局"),
    ("poverty", "淮北市扶贫开发办公室", "扶贫办"),
    ("housing-fund", "淮北市住房公积金管理中心", "公积金中心"),
    ("service-center", "淮北市政务服务中心", "政务服务中心"),
    ("trading-center", "淮北市公共资源交易中心", "交易中心"),
    ("disabled", "淮北市残疾人联合会", "残联"),
    ("red-cross", "淮北市红十字会", "红十字会"),
    ("trade-union", "淮北市总工会", "总工会"),
    ("youth", "共青团淮北市委员会", "团市委"),
    ("women", "淮北市妇女联合会", "妇联"),
    ("science-assoc", "淮北市科学技术协会", "科协"),
    ("tax", "淮北市税务局", "税务局"),
    ("weather", "淮北市气象局", "气象局"),
    ("earthquake", "淮北市地震局", "地震局"),
    ("tobacco", "淮北市烟草专卖局", "烟草局"),
    ("post", "淮北市邮政管理局", "邮政局"),
    ("fire", "淮北市消防救援支队", "消防支队"),
    ("supply", "淮北市供销合作社联合社", "供销社"),
    ("party-school", "淮北市委党校", "市委党校"),
    ("insurance", "淮北市社会保险事业管理中心", "社保中心"),
    ("employment", "淮北市公共就业服务中心", "就业中心"),
    ("land-reserve", "淮北市土地储备中心", "土储中心"),
    ("logistics", "淮北市机关事务管理中心", "机关事务中心"),
    ("key-projects", "淮北市重点工程建设管理局", "重点局"),
    ("broadcast", "淮北市广播电视台", "广播电视台"),
    ("archives", "淮北市档案馆", "档案馆"),
)

# With more departments than bureaus, the districts' own bureaus come in.
DISTRICTS = (
    ("xiangshan", "相山区"),
    ("duji", "杜集区"),
    ("lieshan", "烈山区"),
    ("suixi", "濉溪县"),
)

# Departments that nobody assesses: two of other cities, one dissolved before the year.
BYSTANDERS = (
    ("bozhou-data", "亳州市数据资源管理局", "亳州数据局", "341600"),
    ("hefei-data", "合肥市数据资源局", "合肥数据局", "340100"),
    ("tourism", "淮北市旅游局", "旅游局", "340600"),
)

# (city code by GB/T 2260, name, persons). The figures are the 2020 census's, the nearest count of
# heads, and stand in for the estimates of 2019.
POPULATIONS = (
    ("340100", "合肥市", 9_369_881),
    ("340200", "芜湖市", 3_644_420),
    ("340300", "蚌埠市", 3_296_408),
    ("340400", "淮南市", 3_033_528),
    ("340500", "马鞍山市", 2_159_930),
    ("340600", "淮北市", 1_970_265),
    ("340700", "铜陵市", 1_311_726),
    ("340800", "安庆市", 4_165_284),
    ("341000", "黄山市", 1_330_565),
    ("341100", "滁州市", 3_987_054),
    ("341200", "阜阳市", 8_200_264),
    ("341300", "宿州市", 5_324_476),
    ("341500", "六安市", 4_393_699),
    ("341600", "亳州市", 4_996_844),
    ("341700", "池州市", 1_342_764),
    ("341800", "宣城市", 2_500_063),
)

EDU_CERTIFICATES = (
    "教师资格证",
    "民办学校办学许可证",
    "普通话水平等级证书",
    "校车使用许可证",
)
CERTIFICATES = ("行政许可证", "资格证书", "备案证明", "登记证", "批准文件")
EDU_ENTRIES = (
    "学校基本", "教师资格", "学籍", "民办学校", "校车", "教育经费",
    "考试成绩", "学生资助", "教师招聘", "校舍安全",
)  # fmt: skip
ENTRY_TOPICS = (
    "行政许可", "行政处罚", "机构名录", "从业人员", "项目",
    "资金使用", "统计年报", "检查结果", "办事指南", "公示公告",
)  # fmt: skip
PROJECTS = (
    "业务管理平台", "数据共享交换系统", "移动办公系统", "综合服务平台",
    "视频会议系统", "数据中心运维", "网站群运维",
)  # fmt: skip
SYSTEMS = (
    "办公自动化系统", "门户网站", "业务审批系统", "统计报表系统",
    "人事管理系统", "档案管理系统", "视频监控平台", "信用信息系统",
)  # fmt: skip
MATTERS = ("核准", "备案", "审批", "资格认定", "竣工验收", "年度检验")
DIRECTORIES = ("行政许可", "行政处罚", "红名单", "黑名单", "资质信息", "年报信息")
TRAININGS = ("电子政务培训", "信息共享业务培训", "网络安全培训")
OUTAGE_CAUSES = ("光缆中断", "设备故障", "市电停电", "线路割接", "配置调整")
INCIDENTS = ("low", "medium", "high")

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN_NAMES = (
    "文博", "雨桐", "子墨", "欣怡", "浩然", "诗涵", "宇轩", "梓萱", "明远", "若溪",
    "志强", "丽华", "建国", "秀英", "俊杰", "晓燕",
)  # fmt: skip
COMPANY_WORDS = (
    "恒", "润", "嘉", "鼎", "瑞", "祥", "泰", "盛", "宏", "达", "信", "诚", "源", "茂", "隆", "顺",
)  # fmt: skip
COMPANY_KINDS = (
    "商贸有限公司",
    "建筑工程有限公司",
    "食品有限公司",
    "物流有限公司",
    "教育咨询有限公司",
    "机械制造厂",
)
