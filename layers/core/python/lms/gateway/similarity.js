"use strict";
const form = document.getElementById("ask");
const state = document.getElementById("state");
const found = document.getElementById("found");
const KINDS = {
  verbatim: "the same words",
  reworded: "nearly the same words",
  paraphrased: "other words of the same sense",
};
const SAME_CODE = "the same but for names and values";
// Signs that take no place on the page or move others. Emoji and scripts that join need some of them; Latin does not.
const UNSEEN = /((?:(?![\u200c\u200d\ufe0f])[\p{DI}\p{Cf}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|(?<=\p{sc=Latin})[\u200c\u200d\ufe0f])+)/u;
let token = "";
let asked = 0;

// Whatever comes from the API is put in as text.
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function get(path) {
  const answer = await fetch(path, {
    headers: { authorization: `Bearer ${token}` },
    credentials: "omit",
    cache: "no-store",
  });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw new Error({
    401: "The token is missing or wrong, or it has run out: enter another one.",
    403: "Only who grades in the course may see this.",
    404: "There is no such thing, or you may not see it.",
  }[answer.status] ?? body.detail ?? body.title ?? `The API answered ${answer.status}.`);
}

async function pages(path, each) {
  let cursor = null;
  do {
    const page = await get(`${path}?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    if (each(page) === false) return;
    cursor = page.next_cursor;
  } while (cursor);
}

async function names(assignmentId) {
  const known = new Map();
  await pages(`/assignments/${assignmentId}/submissions`, ({ items }) => {
    for (const row of items) if (row.name) known.set(row.user_id, row.name);
  });
  return known;
}

const minute = (text) => `${text.slice(0, 16).replace("T", " ")} UTC`;
const percent = (figure) => `${figure} %`;
const moment = (text) => element("time", { dateTime: text }, minute(text));

function who(side, known) {
  if (side.hidden) return `hidden, from ${side.where === "this_course" ? "this course" : "another course"}`;
  return side.member_ids.map((id) => known.get(id) ?? id).join(", ");
}

function described(side, known) {
  const line = element("span", {}, element("bdi", {}, who(side, known)));
  if (!side.hidden) line.append(", ", moment(side.submitted_at));
  return line;
}

function link(target, ...text) {
  return element("a", { href: target }, ...text);
}

// The view of an assignment.

async function showAssignment(id, isCurrent) {
  const path = `/assignments/${id}/similarity`;
  const [first, known] = await Promise.all([get(path), names(id)]);
  if (!isCurrent()) return;
  const run = first.last_run;
  state.textContent = [
    first.compared_at ? `${first.submissions} submissions compared at ${minute(first.compared_at)}.` : "Not compared yet.",
    run && run.status !== "succeeded" ? `The last run is ${run.status}.` : "",
  ].join(" ");
  if (first.clusters.length) found.append(clusters(first.clusters, known));
  found.append(element("h2", {}, "Pairs, the most alike first"));
  if (!first.items.length) found.append(element("p", {}, "None."));
  const list = element("ol", { className: "pairs" });
  const more = element("button", { type: "button" }, "Show more");
  const add = (page) => {
    list.append(...page.items.map((pair) => ranked(pair, known)));
    more.hidden = !page.next_cursor;
    more.onclick = () => guarded(async () => add(await get(`${path}?cursor=${encodeURIComponent(page.next_cursor)}`)));
  };
  add(first);
  found.append(
    list,
    more,
    ...unread(first.unread, known),
    element(
      "p",
      { className: "quiet" },
      "The percentile is the share of the cohort's submissions whose highest likeness is lower; z is the distance to ",
      "their median in robust standard deviations, above 3.5 an outlier.",
    ),
  );
}

function clusters(rows, known) {
  const list = element("ul");
  for (const { members } of rows) list.append(element("li", {}, element("bdi", {}, members.map((side) => who(side, known)).join(" · "))));
  return element("section", {}, element("h2", {}, "Groups in which each is like another"), list);
}

function unread(rows, known) {
  if (!rows.length) return [];
  const list = element("ul", {}, ...rows.map((row) => element("li", {}, described(row.submission, known), ": ",
    [...new Set(row.files.map((file) => file.reason))].join(" "))));
  return [element("h2", {}, "Files that could not be read"), list];
}

function ranked(pair, known) {
  const seen = [pair.later, pair.earlier].find((side) => !side.hidden);
  const parts = pair.parts.map((part) =>
    `${named(part)}: ${percent(part.earlier_percent)} of the earlier, ${percent(part.later_percent)} of the later`);
  return element(
    "li",
    {},
    element("p", {}, link(`#/submissions/${seen.submission_id}/${pair.id}`, `${percent(pair.percent)} alike`),
      ` · percentile ${Math.round(pair.percentile)} · z ${pair.z.toFixed(1)}${byMeaning(pair)}`),
    element("p", {}, "Earlier: ", described(pair.earlier, known)),
    element("p", {}, "Later: ", described(pair.later, known)),
    element("p", { className: "quiet" }, parts.join("; ")),
  );
}

const byMeaning = (pair) => (pair.how === "meaning" ? " · found by meaning, not by words" : "");
const named = (part) => ({ text: "Text", code: "Code" })[part.part] ?? part.part;

// The view of a submission, and of a pair.

async function showSubmission(id, pairId, isCurrent) {
  const items = [];
  await pages(`/submissions/${id}/similarity`, (page) => {
    items.push(...page.items);
    return !(pairId && page.items.some((item) => item.id === pairId));
  });
  const own = await get(`/submissions/${id}`);
  const known = await names(own.assignment_id);
  if (!isCurrent()) return;
  found.append(element("p", {}, link(`#/assignments/${own.assignment_id}`, "All pairs of the assignment")));
  if (!pairId) return found.append(...others(own, items, known));
  const pair = items.find((item) => item.id === pairId);
  if (!pair) throw new Error("This pair is not in the last comparison.");
  const [mine, other] = await Promise.all([withTexts(own), pair.other.hidden ? null : whole(pair.other.submission_id)]);
  if (!isCurrent()) return;
  const sides = [{ side: { ...own, hidden: false }, source: mine, of: "own" }, { side: pair.other, source: other, of: "other" }];
  if (pair.is_later) sides.reverse();
  state.textContent = `${percent(pair.percent)} alike${byMeaning(pair)}.`;
  found.append(
    element("p", {}, "Earlier: ", described(sides[0].side, known)),
    element("p", {}, "Later: ", described(sides[1].side, known)),
    legend(),
    ...pair.parts.map((part) => sideBySide(part, sides)),
  );
}

const whole = async (id) => withTexts(await get(`/submissions/${id}`));

async function withTexts(submission) {
  const texts = submission.files.length ? (await get(`/submissions/${submission.id}/texts`)).items : [];
  return { ...submission, texts };
}

function others(own, items, known) {
  state.textContent = items.length ? "" : "Nothing in common with others was found.";
  const list = element("ol", { className: "pairs" }, ...items.map((item) => element(
    "li",
    {},
    element("p", {}, link(`#/submissions/${own.id}/${item.id}`, `${percent(item.percent)} alike`)),
    element("p", {}, item.is_later ? "Earlier: " : "Later: ", described(item.other, known)),
  )));
  return [element("h2", {}, "What it has in common with others"), list];
}

function legend() {
  const words = Object.entries(KINDS).flatMap(([kind, text]) => [element("mark", { className: kind }, text), " "]);
  return element("p", { className: "legend" }, "Marked: ", ...words);
}

function sideBySide(part, sides) {
  const matches = part.matches;
  const columns = sides.map(({ source, of }, at) => column(part, matches, source, of, at ? "Later" : "Earlier"));
  const where = element("output", {}, counted(matches));
  let current = -1;

  function go(number, focused) {
    current = (number + matches.length) % matches.length;
    columns.forEach((each) => each.reveal(current));
    where.textContent = `${current + 1} of ${counted(matches)}: ${said(matches[current])}`;
    if (focused) focused.focus(current);
  }

  columns.forEach((each, at) => each.onChosen((number) => go(number, columns[1 - at])));
  const step = (text, by) => element("button", { type: "button", onclick: () => go(current < 0 && by < 0 ? -1 : current + by) }, text);
  const list = element("ol", {}, ...matches.map((match, number) => element("li", {},
    element("button", { type: "button", onclick: () => go(number) }, said(match)))));
  return element(
    "section",
    { className: "compared" },
    element("h2", {}, named(part)),
    element("div", { className: "steps" }, step("Previous match", -1), step("Next match", 1), where),
    element("div", { className: "columns" }, ...columns.map((each) => each.box)),
    element("details", {}, element("summary", {}, element("h3", {}, `List of ${counted(matches)}`)), list),
  );
}

const counted = (matches) => (matches.length === 1 ? "1 match" : `${matches.length} matches`);

function said(match) {
  const lines = match.own.first_line ? `, lines ${match.own.first_line}–${match.own.last_line} and ${match.other.first_line}–${match.other.last_line}` : "";
  return `${match.own.first_line ? SAME_CODE : KINDS[match.kind]}, ${percent(Math.round(match.likeness * 100))}${lines}`;
}

function column(part, matches, source, of, title) {
  const heading = element("h3", {}, `${title}: ${percent(part[`${of}_percent`])} of it`);
  const pane = element("div", { className: part.part === "code" ? "pane code" : "pane", tabIndex: 0, role: "region", ariaLabel: `${title} submission`, dir: "auto" });
  const buttons = [];
  if (!source) pane.append("You may not see this submission: it is of another course or cohort.");
  for (const piece of source ? pieces(part, source, of) : []) {
    if (piece.name) pane.append(element("p", { className: "file" }, "File ", element("bdi", {}, piece.name)));
    const spans = matches.map((match, number) => ({ number, said: said(match), kind: match.kind, ...match[of] }));
    mark(pane, piece.text, spans.filter((span) => (span.file_id ?? null) === piece.file_id), buttons);
  }
  return {
    box: element("div", {}, heading, pane),
    onChosen: (go) => buttons.forEach((button, number) => { button.onclick = () => go(number); }),
    focus: (number) => buttons[number]?.focus({ preventScroll: true }),
    reveal(number) {
      for (const each of pane.querySelectorAll(".current")) each.classList.remove("current");
      if (!buttons[number]) return;
      buttons[number].classList.add("current");
      for (const each of pane.querySelectorAll("mark")) if (each.numbers.has(number)) each.classList.add("current");
      pane.scrollTop = buttons[number].offsetTop - pane.clientHeight / 3;
    },
  };
}

// What was written, and the files in which something matches.
function pieces(part, source, of) {
  const matched = new Set(part.matches.map((match) => match[of].file_id));
  const files = source.texts.filter((file) => matched.has(file.file_id));
  const written = source[part.part] ? [{ file_id: null, text: source[part.part] }] : [];
  return [...written, ...files.map((file) => ({ ...file, text: file.text ?? "" }))];
}

// Matches may overlap: the text is cut wherever one begins or ends.
function mark(pane, text, spans, buttons) {
  const characters = Array.from(text);
  const edges = [...new Set([0, characters.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  edges.forEach((edge, at) => {
    for (const span of spans) if (span.end === edge) pane.append(element("span", { className: "unsaid" }, ` (end of match ${span.number + 1}) `));
    for (const span of spans) {
      if (span.start !== edge) continue;
      const label = `Match ${span.number + 1}, ${span.said}: go to it in the other`;
      buttons[span.number] = element("button", { type: "button", className: "number", ariaLabel: label }, `${span.number + 1}`);
      pane.append(buttons[span.number]);
    }
    if (at + 1 === edges.length) return;
    const piece = legible(characters.slice(edge, edges[at + 1]).join(""));
    const covering = spans.filter(({ start, end }) => start <= edge && edge < end);
    if (!covering.length) return pane.append(...piece);
    const marked = element("mark", { className: covering[0].kind }, ...piece);
    marked.numbers = new Set(covering.map(({ number }) => number));
    pane.append(marked);
  });
}

function legible(text) {
  return text.split(UNSEEN).map((piece, at) => at % 2
    ? element("span", { className: "unseen" }, `[${Array.from(piece).length} unseen]`)
    : piece);
}

// What is shown stands in the address, without the token.

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    state.textContent = error instanceof TypeError ? "The API cannot be reached." : error.message;
  }
}

function show() {
  const [, kind, id, pairId] = location.hash.split("/");
  if (!/^(assignments|submissions)$/.test(kind) || !/^[0-9a-f]{24}$/.test(id)) return;
  form.elements.kind.value = kind;
  form.elements.id.value = id;
  found.replaceChildren();
  state.textContent = token ? "Asking the API …" : "Enter an access token.";
  if (!token) return;
  const number = ++asked;
  const isCurrent = () => number === asked;
  guarded(async () => {
    if (kind === "assignments") await showAssignment(id, isCurrent);
    else await showSubmission(id, pairId, isCurrent);
    if (isCurrent() && state.textContent.startsWith("Asking")) state.textContent = "";
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  token = form.elements.token.value.trim() || token;
  form.elements.token.value = "";
  form.elements.token.placeholder = token ? "one is in use" : "";
  const id = form.elements.id.value.trim().toLowerCase();
  if (!/^[0-9a-f]{24}$/.test(id)) {
    state.textContent = "An id has 24 hexadecimal digits.";
    return;
  }
  const [, kind, before] = location.hash.split("/");
  const target = kind === form.elements.kind.value && before === id ? location.hash : `#/${form.elements.kind.value}/${id}`;
  if (target === location.hash) show();
  else location.hash = target;
});
addEventListener("hashchange", show);
show();
