"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const search = find("search"), status = find("status"), shown = find("shown"), theme = find("theme");
  const workflows = [...document.querySelectorAll("section.workflow")].map((section) => ({
    section,
    title: section.querySelector("h2").textContent.toLowerCase(),
    steps: [...section.querySelectorAll(":scope > ol.steps > li.step")].map((element) => ({ element, text: null })),
  }));
  const total = workflows.reduce((sum, one) => sum + one.steps.length, 0);

  // What a step says, read when it is first asked for: pages may be long.
  const says = (step) => (step.text ??= step.element.textContent.toLowerCase());

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = status.value;
    let count = 0;
    for (const workflow of workflows) {
      let here = 0;
      for (const step of workflow.steps) {
        const fits = (!wanted || step.element.dataset.status === wanted)
          && words.every((word) => workflow.title.includes(word) || says(step).includes(word));
        step.element.hidden = !fits;
        here += fits;
      }
      workflow.section.hidden = (words.length > 0 || wanted !== "") && here === 0;
      count += here;
    }
    shown.textContent = `${count} of ${total} steps`;
  };

  const fold = (open) => {
    for (const one of document.querySelectorAll("li.step:not([hidden]) > details")) one.open = open;
  };

  const themes = ["auto", "light", "dark"];
  theme.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? "auto";
    const next = themes[(themes.indexOf(now) + 1) % themes.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    theme.textContent = `Theme: ${next}`;
  });

  // A link to a step opens it.
  const reveal = () => document.querySelector("li.step:target > details")?.setAttribute("open", "");

  search.addEventListener("input", filter);
  status.addEventListener("change", filter);
  find("open").addEventListener("click", () => fold(true));
  find("close").addEventListener("click", () => fold(false));
  addEventListener("hashchange", reveal);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(input|select|textarea)$/i.test(event.target.tagName)) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter();
    }
  });
  find("controls").hidden = total === 0;
  filter();
  reveal();
})();
