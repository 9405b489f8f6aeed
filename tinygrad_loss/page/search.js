// Search among the nodes: by name, operation, words, module, shape, dtype.

class Search {
  constructor(app) {
    this.app = app;
    this.matches = [];
    this.place = -1;
    this.field = byId("query");
    this.field.addEventListener("input", () => this.look());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { this.field.value = ""; this.look(); this.field.blur(); }
      if (event.key === "Enter") { event.preventDefault(); this.next(event.shiftKey ? -1 : 1); }
    });
    byId("search").addEventListener("submit", (event) => { event.preventDefault(); this.next(1); });
  }

  /** Find anew what matches, in the order of the pass. */
  look() {
    const words = this.field.value.toLowerCase().trim();
    const shape = words.replace(/[()[\]]/g, "").replace(/(\d)\s*[x,*]\s*(?=\d|$)/g, "$1\u00d7"); // 2x3 and (2, 3) are a shape
    this.matches = words ? this.app.stages.flatMap((stage) => stage.order
      .filter((id) => [words, shape].some((part) => textOf(stage.graph.nodes[id]).includes(part))).map((id) => ({ stage, id }))) : [];
    this.place = -1;
    for (const stage of this.app.stages) {
      stage.mark("match", this.matches.filter((match) => match.stage === stage).map((match) => match.id));
    }
    this.tell(words);
  }

  tell(words) {
    const many = this.matches.length;
    const count = this.place < 0 ? `${many} found` : `${this.place + 1} of ${many}`;
    byId("found").textContent = !words ? "" : many ? count : "none";
  }

  next(way) {
    if (!this.matches.length) return;
    this.place = this.place < 0 && way < 0 ? this.matches.length - 1 : (this.place + way + this.matches.length) % this.matches.length;
    const { stage, id } = this.matches[this.place];
    this.app.choose(stage, "node", id);
    this.tell(true);
  }
}

function textOf(node) {
  const shapes = node.outputs.filter((number) => number !== null).map((number) => {
    const tensor = facts.tensors[number];
    return `${shapeText(tensor.shape)} ${tensor.dtype}`;
  });
  return [node.name, node.type, node.words, node.module, ...shapes].join("\n").toLowerCase();
}
