// A graph on the page: its forms (nodes closed or opened), what is lit in it, its size on the screen.

const SVG = "http://www.w3.org/2000/svg";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

class Stage {
  constructor(section, side) {
    this.section = section;
    this.side = side;
    this.facts = facts.sides[side];
    this.paper = section.querySelector(".paper");
    this.form = 0;
    this.size = null;
    this.listenToZoom();
    this.dressed();
    this.begin();
  }

  get graph() { return this.facts.forms[this.form]; }
  get svg() { return this.paper.querySelector("svg"); }
  parts(selector) { return [...this.svg.querySelectorAll(selector)]; }
  part(what, id) { return this.svg.querySelector(`[data-${what}="${CSS.escape(id)}"]`); }

  /** Show another form of the graph. */
  show(form) {
    const template = document.querySelector(`template[data-side="${this.side}"][data-form="${form}"]`);
    this.paper.replaceChildren(template.content.cloneNode(true));
    this.form = form;
    this.dressed();
    this.zoom(this.size);
  }

  /** The form in which exactly these nodes are open; if the page does not hold it, the nearest in which `id` is as it is there. */
  formWith(open, id) {
    const distance = (form) => {
      const other = new Set(form.open);
      const apart = [...open].filter((one) => !other.has(one)).length + form.open.filter((one) => !open.has(one)).length;
      return other.has(id) === open.has(id) ? apart : Infinity;
    };
    const distances = this.facts.forms.map(distance);
    return distances.indexOf(Math.min(...distances));
  }

  canOpen(id) { return this.facts.forms.some((form) => form.open.includes(id)); }

  dressed() {
    const { nodes, edges, steps } = this.graph;
    this.svg.setAttribute("aria-label", "The graph: arrow keys up and down go from node to node, Enter shows one");
    this.labels = Object.fromEntries(this.parts("[data-edge]").map((part) => [part.dataset.edge, part.getAttribute("aria-label")]));
    this.order = steps.map((step) => step.node);
    this.arriving = {};
    this.leaving = {};
    for (const [id, edge] of Object.entries(edges)) {
      (this.arriving[edge.target] ??= []).push(id);
      (this.leaving[edge.source] ??= []).push(id);
    }
    this.sent = {}; // edge -> the step that sends it
    this.runs = {}; // node -> the step in which it runs
    steps.forEach((step, i) => {
      this.runs[step.node] = i + 1;
      for (const edge of step.edges) this.sent[edge] = i + 1;
    });
    const first = this.order.find((id) => this.part("node", id));
    if (first) this.part("node", first).setAttribute("tabindex", "0");
    for (const id of Object.keys(nodes)) if (this.canOpen(id)) this.part("node", id)?.setAttribute("aria-expanded", "false");
  }

  /** Light the graph as it is after `step` steps of its backward pass. */
  light(step) {
    const now = this.graph.steps[step - 1];
    for (const part of this.parts("[data-flow], [data-edge]")) {
      const edge = part.dataset.flow ?? part.dataset.edge;
      const waiting = (this.sent[edge] ?? 0) > step;
      part.classList.toggle("waiting", waiting);
      if (part.dataset.edge) part.setAttribute("aria-label", waiting ? `a gradient that flows in step ${this.sent[edge]}` : this.labels[edge]);
      part.classList.toggle("now", Boolean(now?.edges.includes(edge)));
    }
    for (const part of this.parts("[data-node]")) {
      const id = part.dataset.node;
      part.classList.toggle("waiting", this.runs[id] > step);
      part.classList.toggle("current", now?.node === id);
      if (now?.node === id) part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
    }
  }

  mark(name, ids, what = "node") {
    for (const part of this.parts(`.${name}`)) part.classList.remove(name);
    for (const id of ids) this.part(what, id)?.classList.add(name);
  }

  /** Scroll so that a part can be seen. */
  reveal(part) {
    if (!part) return;
    const frame = this.paper.getBoundingClientRect();
    const box = part.getBoundingClientRect();
    const margin = 40;
    const inside = box.top >= frame.top + margin && box.bottom <= frame.bottom - margin
      && box.left >= frame.left && box.right <= frame.right;
    if (inside) return;
    this.paper.scrollTo({
      left: this.paper.scrollLeft + (box.left + box.right - frame.left - frame.right) / 2,
      top: this.paper.scrollTop + (box.top + box.bottom - frame.top - frame.bottom) / 2,
      behavior: calm.matches ? "auto" : "smooth",
    });
  }

  /** Dots run along the arrows of these edges, tail to head. */
  travel(edges) {
    if (calm.matches) return;
    for (const dot of this.parts(".traveller")) dot.remove();
    for (const edge of edges) {
      const pieces = this.parts(`[data-flow="${CSS.escape(edge)}"] path`);
      if (pieces.length) this.run(pieces.map((path) => [path, path.getTotalLength()]));
    }
  }

  run(pieces) {
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("class", "traveller");
    dot.setAttribute("r", "6");
    pieces[0][0].closest("svg > g").append(dot);
    const length = pieces.reduce((sum, piece) => sum + piece[1], 0);
    const time = Math.min(1100, 350 + 4 * length);
    const start = performance.now();
    const frame = () => {
      const now = performance.now();
      let way = Math.min((now - start) / time, 1) * length;
      const [path] = pieces.find((piece) => { if (way <= piece[1]) return true; way -= piece[1]; return false; }) ?? pieces.at(-1);
      const point = path.getPointAtLength(way);
      dot.setAttribute("cx", point.x);
      dot.setAttribute("cy", point.y);
      if (now - start < time && dot.isConnected) requestAnimationFrame(frame);
      else dot.remove();
    };
    requestAnimationFrame(frame);
  }

  /** Draw at `size` times the natural size. */
  zoom(size) {
    this.size = Math.min(4, Math.max(0.1, size));
    this.svg.style.width = `${this.svg.dataset.width * this.size * 4 / 3}px`;
    this.svg.style.height = `${this.svg.dataset.height * this.size * 4 / 3}px`;
  }

  /** The size at which the whole graph is in the window, not larger than life. */
  get fitting() {
    const wide = (this.paper.clientWidth - 34) / (this.svg.dataset.width * 4 / 3);
    const high = (this.paper.clientHeight - 34) / (this.svg.dataset.height * 4 / 3);
    return Math.min(1, wide, high);
  }

  fit() { this.zoom(this.fitting); }

  /** The size to begin with: the whole graph, unless it could not be read then; the result is in sight. */
  begin() {
    this.zoom(Math.max(this.fitting, 0.6));
    const result = this.part("node", this.order[0])?.getBoundingClientRect();
    const frame = this.paper.getBoundingClientRect();
    if (result) this.paper.scrollBy(result.left + result.width / 2 - frame.left - frame.width / 2, result.top - frame.top - frame.height / 3);
  }

  listenToZoom() {
    const ways = { in: () => this.zoom(this.size * 1.25), out: () => this.zoom(this.size / 1.25), fit: () => this.fit() };
    for (const button of this.section.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", ways[button.dataset.zoom]);
    }
    this.paper.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(this.size * Math.exp(-event.deltaY / 400));
    }, { passive: false });
    this.paper.addEventListener("pointerdown", (event) => {
      if (event.button || event.pointerType !== "mouse" || event.target.closest("[role=button]")) return;
      const from = [event.clientX + this.paper.scrollLeft, event.clientY + this.paper.scrollTop];
      this.paper.classList.add("dragged");
      const move = (to) => this.paper.scrollTo(from[0] - to.clientX, from[1] - to.clientY);
      addEventListener("pointermove", move);
      addEventListener("pointerup", () => {
        removeEventListener("pointermove", move);
        this.paper.classList.remove("dragged");
      }, { once: true });
    });
  }
}
