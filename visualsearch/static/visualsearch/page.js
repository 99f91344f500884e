/* The shop-by-photo page without reloads. Every step is a form or a link that works without this file too. */

// Handed over by name and not imported: storages that put a digest into each file's name change no import within one.
const { Crop, asBlob, keep, recall, reduced } = globalThis.visualSearch;

const root = document.getElementById("vs");
const part = (name, page = document) => page.getElementById(`vs-${name}`);
const form = part("ask");
const stage = part("stage");
const frame = part("frame");
const view = part("view");
const words = root.dataset;
const APART = 30; // pixels between the middles of two dots
const EDGES = ["left", "top", "right", "bottom"];

let photo = null; // a canvas: the shopper's own photo
let sent = null; // the same as it is sent
let running = null; // the search under way
let shownId = ""; // of the own photo on the stage
let timer = 0;

const inputs = EDGES.map((name) => root.querySelector(`input[name="${name}"]`));
const crop = new Crop(view, part("crop"), (pause) => {
  fillEdges();
  later(pause);
});

function fillEdges() {
  inputs.forEach((input, place) => (input.value = crop.isWhole ? "" : Math.round(crop.edges[place] * 10) / 10));
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(searchPart, pause);
}

/** Lay the view exactly over the picture, which is fitted into its frame. */
function fit() {
  const picture = frame.querySelector("canvas, img");
  const width = picture?.naturalWidth ?? picture?.width;
  const height = picture?.naturalHeight ?? picture?.height;
  view.hidden = !width || !height;
  if (view.hidden) return;
  const scale = Math.min(frame.clientWidth / width, frame.clientHeight / height);
  view.style.width = `${width * scale}px`;
  view.style.height = `${height * scale}px`;
  placeParts();
}

function showPicture(element) {
  for (const old of frame.querySelectorAll("canvas, img, .vs-gone")) old.remove();
  if (element) {
    if (element.tagName !== "P") element.classList.add("vs-picture");
    frame.prepend(element);
    if (element.tagName === "IMG") element.addEventListener("load", fit);
  }
  stage.hidden = !element;
  root.classList.toggle("vs-has-photo", !stage.hidden);
  fit();
}

function showOwn(canvas) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words.wordsPhoto);
  photo = canvas;
  showPicture(canvas);
}

function complain(sentence) {
  const line = document.createElement("p");
  line.className = "vs-error";
  line.textContent = sentence;
  part("errors").replaceChildren(line);
  busy(false);
}

function busy(isBusy) {
  part("answer").setAttribute("aria-busy", isBusy);
  root.classList.toggle("vs-busy", isBusy);
  if (isBusy) part("status").textContent = words.wordsBusy;
}

/** Search with a new photo, shown at once. */
async function begin(file) {
  if (!file) return;
  if (file.type && !file.type.startsWith("image/")) return complain(words.wordsNoPicture);
  const canvas = await reduced(file);
  // What this browser cannot read the shop perhaps can: it gets the file itself.
  sent = canvas ? await asBlob(canvas) : file;
  crop.show(null);
  part("parts").replaceChildren();
  part("held").replaceChildren();
  if (canvas) showOwn(canvas);
  else {
    photo = null;
    showPicture(null);
  }
  await send([], false);
}

/** Search with the photo at an address, which the shop fetches. */
function beginAddress(fields) {
  photo = sent = null;
  crop.show(null);
  part("parts").replaceChildren();
  part("held").replaceChildren();
  showPicture(null);
  return load(form.action, { method: "POST", body: fields });
}

function searchPart() {
  return send(crop.isWhole ? [] : crop.edges, true);
}

function send(edges, keepFilters) {
  const fields = new FormData();
  fields.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const input of part("held").querySelectorAll("input")) fields.set(input.name, input.value);
  if (sent) fields.set("photo", sent, "photo.jpg");
  edges.forEach((edge, place) => fields.set(EDGES[place], edge.toFixed(1)));
  if (keepFilters) fields.set("keep", "1");
  return load(form.action, { method: "POST", body: fields }, { own: sent && photo });
}

/** Fetch a page and take over what is new in it; the old results stay until it is there. */
async function load(url, options = {}, { push = true, focus = "", own = null } = {}) {
  running?.abort();
  const mine = (running = new AbortController());
  clearTimeout(timer);
  busy(true);
  try {
    const response = await fetch(url, { ...options, signal: mine.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine !== running) return;
    if (!part("answer", page)) {
      const known = { 413: words.wordsTooLarge, 429: words.wordsTooMany };
      part("status").textContent = "";
      return complain(known[response.status] ?? words.wordsOffline);
    }
    if (push && response.ok) history.pushState(null, "", response.url);
    await take(page, response.ok, own);
    if (focus === "top") root.scrollIntoView();
    if (focus) part("status").focus({ preventScroll: true });
  } catch (error) {
    if (error.name === "AbortError") return;
    part("status").textContent = "";
    complain(words.wordsOffline);
  }
}

async function take(page, isFound, own) {
  part("errors").replaceChildren(...part("errors", page).childNodes);
  part("status").textContent = part("status", page).textContent;
  part("answer").replaceChildren(...part("answer", page).childNodes);
  busy(false);
  if (!isFound) return;
  part("held").replaceChildren(...part("held", page).childNodes);
  part("samples").replaceChildren(...part("samples", page).childNodes);
  part("parts").replaceChildren(...part("parts", page).childNodes);
  Object.assign(stage.dataset, part("stage", page).dataset);
  stage.hidden = part("stage", page).hidden;
  await settle(page, own);
}

/** Make stage and part agree with the page's address. */
async function settle(page, own) {
  const { photo: id, src, box } = stage.dataset;
  if (own && id) keep(id, own);
  else if (id !== shownId || !id) await change(page, id, src);
  shownId = id;
  crop.show(box ? box.split(",").map(Number) : null);
  fillEdges();
  fit();
  placeParts();
}

/** Show the picture that the page is about: the shop's, or a photo that this tab still has. */
async function change(page, id, src) {
  photo = sent = null;
  const own = id ? await recall(id) : null;
  if (own) {
    showOwn(own);
    sent = await asBlob(own);
  } else if (!src || frame.querySelector("img")?.getAttribute("src") !== src) {
    showPicture(part("frame", page).querySelector("img, .vs-gone"));
  }
}

/** Lay a dot on the middle of every suggested part, or beside it where a finger would meet another dot. */
function placeParts() {
  const placed = [];
  for (const button of part("parts").querySelectorAll("button")) {
    const [left, top, right, bottom] = button.value.split(",").map(Number);
    const place = freePlace((left + right) / 2, (top + bottom) / 2, placed);
    placed.push(place);
    [button.style.left, button.style.top] = place.map((percent) => `${percent}%`);
    button.setAttribute("aria-pressed", button.value === stage.dataset.box);
  }
}

/** Return the place nearest to this one, in percent, that is apart from all the others and inside the view. */
function freePlace(x, y, others) {
  const { clientWidth: width, clientHeight: height } = view;
  if (!width || !height) return [x, y];
  const isFree = ([a, b]) => others.every(([c, d]) => Math.hypot(((a - c) * width) / 100, ((b - d) * height) / 100) >= APART);
  for (let step = 0; step < 200; step++) {
    // Seeds of a sunflower: every place round about, the nearest first.
    const [far, turn] = [3 * Math.sqrt(step), step * 2.4];
    const place = [x + ((far * Math.cos(turn)) / width) * 100, y + ((far * Math.sin(turn)) / height) * 100];
    if (isFree(place) && place.every((percent) => percent > 2 && percent < 98)) return place;
  }
  return [x, y];
}

const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);

root.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-vs]");
  const dot = event.target.closest(".vs-part");
  if (link && isPlain(event)) {
    event.preventDefault();
    load(link.href, {}, { focus: link.dataset.vs || "status" });
  } else if (dot) {
    event.preventDefault();
    crop.show(dot.value.split(",").map(Number));
    fillEdges();
    searchPart();
  }
});

root.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.id === "vs-address") {
    beginAddress(new FormData(event.target));
    return;
  }
  if (event.target !== form) {
    const query = new URLSearchParams(new FormData(event.target));
    load(`${form.action}?${query}`, {}, { focus: "status" });
    return;
  }
  const edges = inputs.map((input, place) => (input.value === "" ? [0, 0, 100, 100][place] : Number(input.value)));
  const isTyped = inputs.some((input) => input.value !== "");
  if (isTyped) crop.show(edges);
  send(isTyped ? edges : [], true);
});

part("whole").addEventListener("click", () => {
  crop.show(null);
  fillEdges();
  searchPart();
});

for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    begin(input.files[0]);
    input.value = "";
  });
}

document.addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files][0];
  if (!file) return;
  event.preventDefault();
  begin(file);
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    root.classList.toggle("vs-over", name === "dragenter" || name === "dragover");
    if (name === "drop") begin(event.dataTransfer.files[0]);
  });
}

addEventListener("popstate", () => load(location.href, {}, { push: false }));
new ResizeObserver(fit).observe(frame);
frame.querySelector("img")?.addEventListener("load", fit);
view.append(part("parts"));
root.classList.add("vs-live");
await settle(document, null);
