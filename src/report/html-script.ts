// The page's script: filters, search and paging over the findings in the data island. It builds elements from trees with
// createElement and textContent only; the page's policy refuses anything else, and allows only this text by its digest.

/** Findings shown at once, here and in the page as written: 5,000 in one list make a browser slow. */
export const PAGE_SIZE = 100;

export const SCRIPT: string = `"use strict";
(() => {
  const TAGS = new Set(["details", "summary", "div", "span", "p", "b", "a", "code", "mark", "ol", "li", "dl", "dt", "dd", "h4"]);
  const ATTRIBUTES = new Set(["class", "href", "title", "rel", "dir"]);
  const byId = (id) => document.getElementById(id);
  const findings = JSON.parse(byId("data").textContent);
  const list = byId("list");
  const form = byId("filters");
  const more = byId("more");
  const status = byId("status");
  const search = byId("search");
  let matches = findings;
  let shown = 0;
  let timer;

  const build = (tree) => {
    if (typeof tree === "string") return document.createTextNode(tree);
    const [tag, attributes, ...children] = tree;
    const element = document.createElement(TAGS.has(tag) ? tag : "span");
    for (const name of Object.keys(attributes)) {
      const value = attributes[name];
      if (ATTRIBUTES.has(name) && (name !== "href" || /^(https:|#)/.test(value))) element.setAttribute(name, value);
    }
    for (const child of children) element.append(build(child));
    return element;
  };
  const words = (tree) => (typeof tree === "string" ? tree : tree.slice(2).map(words).join(" "));
  const textOf = (finding) => (finding.text ??= words(finding.tree).toLowerCase());

  const showMore = () => {
    const end = Math.min(matches.length, shown + ${PAGE_SIZE});
    const page = document.createDocumentFragment();
    for (; shown < end; shown++) page.append(build(matches[shown].tree));
    list.append(page);
    more.hidden = shown >= matches.length;
    more.textContent = "Show more (" + (matches.length - shown).toLocaleString("en") + " left)";
  };
  const apply = () => {
    const severities = new Set(new FormData(form).getAll("severity"));
    const detector = byId("detector").value;
    const file = byId("file").value;
    const needles = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    matches = findings.filter(
      (f) =>
        severities.has(f.severity) &&
        (detector === "" || f.detector === detector) &&
        (file === "" || String(f.file) === file) &&
        needles.every((needle) => textOf(f).includes(needle)),
    );
    list.replaceChildren();
    shown = 0;
    showMore();
    const n = (count) => count.toLocaleString("en");
    status.textContent = matches.length === findings.length ? n(findings.length) + " shown" : n(matches.length) + " of " + n(findings.length) + " shown";
    byId("empty").hidden = matches.length > 0;
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 60);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply, 0));
  more.addEventListener("click", () => {
    const first = shown;
    showMore();
    list.children[first]?.querySelector("summary")?.focus();
  });
  byId("expand").addEventListener("click", () => {
    const every = [...list.querySelectorAll("details.finding")];
    const open = every.some((details) => !details.open);
    for (const details of every) details.open = open;
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName ?? "");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search && search.value !== "") {
      search.value = "";
      clearTimeout(timer);
      apply();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.tagName === "SUMMARY") {
      const all = [...list.querySelectorAll("details.finding > summary")];
      const next = all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
  document.documentElement.classList.add("js");
  apply();
  const first = list.querySelector("details.finding");
  if (first) first.open = true;
})();
`;
