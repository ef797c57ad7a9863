// Language and theme before the first paint: a deep link first, then what was kept, then the system.
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const kept = (name) => {
    try {
      return localStorage.getItem(`scorecard.${name}`);
    } catch {
      return null; // storage may be switched off; the page then starts afresh
    }
  };
  root.lang = (asked.get("lang") || kept("lang")) === "en" ? "en" : "zh-CN";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = asked.get("theme") || kept("theme");
  root.dataset.theme = chosen || (dark.matches ? "dark" : "light");
  const follow = () => {
    root.dataset.theme = dark.matches ? "dark" : "light";
    document.dispatchEvent(new Event("scorecard:look"));
  };
  if (!chosen) dark.addEventListener("change", () => kept("theme") || follow());
})();

// The id that the address names behind its #, for the scripts that come after.
const linkedPlace = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // an address cut short or mistyped leads to no place
  }
};
