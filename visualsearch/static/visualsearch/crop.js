/* The part of a photo to search with: moved and resized by mouse, touch and keyboard. Edges are in percent. */

const LEAST = 5;
const STEP = 2;
const WHOLE = [0, 0, 100, 100];
const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

class Crop {
  constructor(view, element, onChange) {
    this.view = view;
    this.element = element;
    this.onChange = onChange;
    for (const name of HANDLES) {
      const handle = document.createElement("span");
      handle.className = `vs-handle vs-${name}`;
      handle.dataset.handle = name;
      element.append(handle);
    }
    view.addEventListener("pointerdown", (event) => this.#begin(event));
    element.addEventListener("keydown", (event) => this.#key(event));
    this.show(null);
  }

  get isWhole() {
    return this.edges.every((edge, place) => edge === WHOLE[place]);
  }

  /** Show these edges, null for the whole photo; tells nobody. */
  show(edges) {
    this.edges = edges ? [...edges] : [...WHOLE];
    const [left, top, right, bottom] = this.edges;
    const style = this.element.style;
    style.left = `${left}%`;
    style.top = `${top}%`;
    style.width = `${right - left}%`;
    style.height = `${bottom - top}%`;
    this.element.classList.toggle("vs-is-whole", this.isWhole);
  }

  #begin(event) {
    if (event.button !== 0 || event.target.closest("button")) return;
    const handle = event.target.dataset.handle;
    const isInside = event.target === this.element;
    // A finger on the bare photo scrolls the page; a mouse draws a new part there.
    if (!handle && !isInside && event.pointerType === "touch") return;
    event.preventDefault();
    this.element.focus({ preventScroll: true });
    const start = this.#place(event);
    const before = [...this.edges];
    const move = (next) => {
      const [x, y] = this.#place(next);
      if (handle) this.#resize(before, handle, x - start[0], y - start[1]);
      else if (isInside) this.#move(before, x - start[0], y - start[1]);
      else this.#draw(start, [x, y]);
    };
    const end = (last) => {
      this.view.removeEventListener("pointermove", move);
      this.view.removeEventListener("pointerup", end);
      this.view.removeEventListener("pointercancel", end);
      if (last.type === "pointercancel") this.show(before);
      else if (before.some((edge, place) => edge !== this.edges[place])) this.onChange(0);
    };
    this.view.setPointerCapture(event.pointerId);
    this.view.addEventListener("pointermove", move);
    this.view.addEventListener("pointerup", end);
    this.view.addEventListener("pointercancel", end);
  }

  #place(event) {
    const area = this.view.getBoundingClientRect();
    return [
      clamp(((event.clientX - area.left) / area.width) * 100, 0, 100),
      clamp(((event.clientY - area.top) / area.height) * 100, 0, 100),
    ];
  }

  #move([left, top, right, bottom], x, y) {
    const dx = clamp(x, -left, 100 - right);
    const dy = clamp(y, -top, 100 - bottom);
    this.show([left + dx, top + dy, right + dx, bottom + dy]);
  }

  #resize([left, top, right, bottom], handle, x, y) {
    if (handle.includes("w")) left = clamp(left + x, 0, right - LEAST);
    if (handle.includes("e")) right = clamp(right + x, left + LEAST, 100);
    if (handle.includes("n")) top = clamp(top + y, 0, bottom - LEAST);
    if (handle.includes("s")) bottom = clamp(bottom + y, top + LEAST, 100);
    this.show([left, top, right, bottom]);
  }

  #draw([x, y], [toX, toY]) {
    if (Math.abs(toX - x) < LEAST || Math.abs(toY - y) < LEAST) return;
    this.show([Math.min(x, toX), Math.min(y, toY), Math.max(x, toX), Math.max(y, toY)]);
  }

  #key(event) {
    const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) this.#resize(this.edges, "se", ...way);
    else this.#move(this.edges, ...way);
    this.onChange(500);
  }
}

(globalThis.visualSearch ??= {}).Crop = Crop;
