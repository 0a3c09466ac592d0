"use strict";
const search = document.getElementById("search");
const operations = [...document.querySelectorAll("main details")];

function filter(text) {
  const words = text.toLowerCase().split(/\s+/);
  for (const each of operations) each.hidden = !words.every((word) => each.dataset.words.includes(word));
  for (const each of document.querySelectorAll("main section")) each.hidden = !each.querySelector("details:not([hidden])");
  const found = operations.filter((each) => !each.hidden).length;
  search.querySelector("output").textContent = text.trim() ? `${found} of ${operations.length} operations` : "";
}

function openLinked() {
  const linked = operations.find((each) => `#${each.id}` === decodeURIComponent(location.hash));
  if (!linked) return;
  linked.open = true;
  linked.scrollIntoView();
}

for (const sample of document.querySelectorAll(".sample")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(sample.querySelector("pre").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  sample.prepend(button);
}

search.hidden = false;
search.addEventListener("submit", (event) => event.preventDefault());
search.querySelector("input").addEventListener("input", (event) => filter(event.target.value));
addEventListener("hashchange", openLinked);
openLinked();
