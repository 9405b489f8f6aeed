// What is said of the node or gradient that was chosen; of the whole picture when none is.

class Panel {
  constructor(app) {
    this.app = app;
    this.element = byId("panel");
  }

  /** Show what `chosen` names: {stage, what: "node" or "edge", id}; null shows the picture as a whole. */
  show(chosen) {
    const content = !chosen ? this.whole() : chosen.what === "node" ? this.node(chosen) : this.edge(chosen);
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(...content.filter(Boolean));
    if (hadFocus) this.element.focus({ preventScroll: true }); // what had it is gone
  }

  whole() {
    const [first] = facts.sides;
    const forms = facts.sides.flatMap((side) => side.forms);
    const nodes = forms.flatMap((form) => Object.values(form.nodes));
    const kinds = new Set(nodes.map((node) => node.kind));
    const groups = new Set(forms.flatMap((form) => Object.values(form.groups).map((group) => group.kind)));
    const twice = nodes.some((node) => node.part === "backward");
    const swatch = (name, text) => make("li", {}, make("i", { class: name }), text);
    const flows = forms.some((form) => Object.values(form.edges).some((edge) => edge.gradient !== null));
    const openable = facts.sides.some((side) => side.forms.length > 1);
    return [
      make("h2", {}, "How to read this"),
      ...facts.sides.flatMap((side) => side.notes.map((note) => make("p", {}, note))),
      make("p", {}, "The backward pass begins at the result and follows the arrows: each node takes the gradient of the result with "
        + "respect to its own output, and sends on the gradients with respect to its inputs."),
      make("p", {}, "Step through it with the buttons below or the arrow keys. Choose a node or a gradient to see its numbers, "
        + `its formula and its code${openable ? "; some nodes open into primitives" : ""}.`),
      make("ul", { class: "legend" },
        swatch("loss", "the result"),
        kinds.has("operation") ? swatch("operation", twice ? "an operation of the forward pass" : "an operation") : null,
        twice ? swatch("second", "an operation of the first backward pass: this is the graph of a gradient") : null,
        kinds.has("leaf") ? swatch("leaf", "a leaf: a tensor that asks for a gradient") : null,
        flows ? swatch("flow", "a gradient; the wider its arrow, the larger it is") : null,
        openable ? swatch("group", "the primitives of a node that was opened") : null,
        groups.has("module") ? swatch("group", "an nn.Module") : null,
        groups.has("repeat") ? swatch("repeat", "a part that repeats: the first of it is shown") : null),
      first.reference ? make("p", { class: "quiet" }, `Each gradient of ${first.library} stands beside that of ${first.reference}.`) : null,
      ...this.verdicts(),
      make("h3", {}, "The pass in order"),
      ...this.app.stages.flatMap((stage) => this.passOf(stage)),
    ];
  }

  /** What differs between the two sides. */
  verdicts() {
    if (this.app.stages.length < 2) return [];
    const most = 40;
    const found = this.app.matches.flatMap((match) => match.verdicts.map((text) => ({ match, text })));
    const items = found.slice(0, most).map(({ match, text }) => {
      const side = match.ids[0] ? 0 : 1;
      return make("li", {}, this.link(this.app.stages[side], "node", match.ids[side], text));
    });
    return [make("h3", {}, "Where the two differ"),
      found.length ? make("ul", { class: "verdicts" }, items) : make("p", {}, "Nowhere: names, edges, shapes, values and gradients are the same."),
      found.length > most ? make("p", { class: "quiet" }, `and ${found.length - most} more`) : null];
  }

  passOf(stage) {
    const most = 60;
    const { steps, nodes } = stage.graph;
    const items = steps.slice(0, most).map((step) =>
      make("li", {}, this.link(stage, "node", step.node, nameOf(nodes[step.node])),
        make("span", { class: "quiet" }, ` ${nodes[step.node].words}`)));
    return [
      this.app.stages.length > 1 ? make("p", { class: "quiet" }, stage.facts.name) : null,
      make("ol", { class: "pass" }, items),
      steps.length > most ? make("p", { class: "quiet" }, `and ${steps.length - most} more`) : null,
    ];
  }

  node({ stage, id }) {
    const node = stage.graph.nodes[id];
    const leaf = node.kind === "leaf";
    return [
      make("h2", {}, node.name || node.words || node.type),
      make("p", { class: "type" }, [node.kind === "output" ? "the result" : node.type, node.name ? node.words : "",
        node.module ? `in ${node.module}` : ""].filter(Boolean).join(" \u00b7 ")),
      this.tags(stage, node, id),
      this.actions(stage, node, id),
      ...this.apart(stage, id),
      this.formula(stage, node, id),
      ...node.outputs.flatMap((number, i) => this.values(node, number, i, leaf)),
      ...this.arriving(stage, node, id),
      ...this.sending(stage, id),
      ...this.partner(stage, id),
      node.stored === null ? null : make("h3", {}, ".grad before the picture was made"),
      node.stored === null ? null : heatMap(node.stored, ".grad"),
      ...this.saved(stage, node),
      ...this.code(node.type),
    ];
  }

  tags(stage, node, id) {
    const first = node.outputs.find((number) => number !== null && number !== undefined);
    const value = first === undefined ? null : facts.tensors[first];
    const run = stage.runs[id];
    return make("ul", { class: "tags" },
      value ? make("li", {}, shapeText(value.shape)) : null,
      value ? make("li", {}, value.dtype) : null,
      run ? make("li", { class: "gradient" }, `runs in step ${run}`) : null);
  }

  actions(stage, node, id) {
    const group = node.group ? stage.graph.groups[node.group] : null;
    const buttons = [];
    if (stage.canOpen(id)) buttons.push(make("button", { type: "button", id: "open", onclick: () => this.app.open(stage, id) }, "Open into primitives"));
    if (group?.node && stage.facts.forms.length > 1) {
      buttons.push(make("button", { type: "button", id: "close", onclick: () => this.app.close(stage, group.node) }, `Close ${group.type}`));
    }
    const partner = this.app.partnerOf(stage, id);
    if (partner) buttons.push(make("button", { type: "button", onclick: () => this.app.choose(partner.stage, "node", partner.id) },
      `Its match in ${partner.stage.facts.name}`));
    return buttons.length ? make("div", { class: "actions" }, buttons) : null;
  }

  apart(stage, id) {
    const verdicts = this.app.matchOf(stage, id)?.verdicts ?? [];
    return verdicts.length ? [make("h3", {}, "How it differs"), make("ul", { class: "verdicts" }, verdicts.map((text) => make("li", {}, text)))] : [];
  }

  formula(stage, node, id) {
    const rule = facts.sources[node.type]?.rule;
    if (!node.forward && !rule) return null;
    const targets = {};
    for (const edge of stage.leaving[id] ?? []) targets[stage.graph.edges[edge].input] = stage.graph.edges[edge].target;
    const to = (i) => (node.backward.length < 2 ? "backward" : targets[i] === undefined ? `to input ${i}`
      : ["to ", this.link(stage, "node", targets[i], nameOf(stage.graph.nodes[targets[i]]))]);
    return make("dl", { class: "formula" },
      node.forward ? [make("dt", {}, "forward"), make("dd", {}, `y = ${node.forward}`)] : [],
      node.backward.flatMap((text, i) => [make("dt", {}, to(i)), make("dd", {}, text)]),
      !node.forward ? [make("dt", {}, "rule"), make("dd", {}, rule)] : [],
      node.forward ? make("dd", { class: "quiet" }, "g is the gradient that arrives: the derivative of the result by y.") : null);
  }

  values(node, number, i, leaf) {
    if (number === null) return [];
    const title = leaf ? "Value" : node.kind === "output" ? "Value" : node.outputs.length > 1 ? `Result ${i}` : "Result";
    return [make("h3", {}, title, node.computed ? make("small", {}, " worked out anew from the leaves") : null), heatMap(number, title)];
  }

  arriving(stage, node, id) {
    const known = node.gradients.some((number) => number !== null);
    if (!known) return node.gradients.length ? [make("h3", {}, "Gradient"), make("p", {}, "No gradient comes here.")] : [];
    const from = stage.arriving[id] ?? [];
    const title = node.kind === "leaf" ? "Gradient" : "Gradient that arrives";
    const sum = from.length > 1 && node.gradients.length === 1 ? make("small", {}, ` the sum of ${from.length}`) : null;
    if (stage.runs[id] > this.app.player.step) return [make("h3", {}, title), this.notYet(stage.runs[id])];
    return [make("h3", {}, title, sum), ...node.gradients.map((number) => (number === null ? null : heatMap(number, title))),
      make("ul", { class: "neighbours" }, from.map((edge) => {
        const source = stage.graph.edges[edge].source;
        return make("li", {}, "from ", this.link(stage, "node", source, nameOf(stage.graph.nodes[source])),
          from.length > 1 ? [": ", this.link(stage, "edge", edge, "this part of it")] : null);
      }))];
  }

  sending(stage, id) {
    const leaving = stage.leaving[id] ?? [];
    if (!leaving.length) return [];
    if (leaving.every((edge) => stage.graph.edges[edge].gradient === null)) {
      return [make("h3", {}, "Inputs"), make("ul", { class: "neighbours" }, leaving.map((edge) => this.toTarget(stage, edge)))];
    }
    if (stage.runs[id] > this.app.player.step) return [make("h3", {}, "Gradients that it sends on"), this.notYet(stage.runs[id])];
    return [make("h3", {}, leaving.length > 1 ? "Gradients that it sends on" : "Gradient that it sends on"),
      make("ul", { class: "neighbours" }, leaving.map((edge) => {
        const number = stage.graph.edges[edge].gradient;
        const item = this.toTarget(stage, edge);
        if (number !== null) item.append(heatMap(number, item.textContent));
        return item;
      }))];
  }

  toTarget(stage, edge) {
    const { target, input } = stage.graph.edges[edge];
    return make("li", {}, `input ${input}, `, this.link(stage, "node", target, nameOf(stage.graph.nodes[target])));
  }

  /** The numbers of a node's match in the other graph. */
  partner(stage, id) {
    const partner = this.app.partnerOf(stage, id);
    if (!partner) return [];
    const { name } = partner.stage.facts;
    const node = partner.stage.graph.nodes[partner.id];
    const come = partner.stage.runs[partner.id] <= this.app.player.step;
    const shown = (what, numbers) => numbers.filter((number) => number !== null).flatMap((number) =>
      [make("h3", {}, `${what} in ${name}`), heatMap(number, `${what} in ${name}`)]);
    return [...shown("Result", node.outputs), ...(come ? shown("Gradient", node.gradients) : [])];
  }

  notYet(step) {
    return make("p", { class: "not-yet" }, `It has not come here yet: that is step ${step}. `,
      make("button", { type: "button", class: "link", onclick: () => this.app.player.go(step) }, "Go there"));
  }

  saved(stage, node) {
    if (!node.saved.length) return [];
    return [make("h3", {}, "Kept for the backward pass"), ...node.saved.map((saved) => {
      const origin = saved.from && stage.graph.nodes[saved.from]
        ? [" the result of ", this.link(stage, "node", saved.from, nameOf(stage.graph.nodes[saved.from]))] : null;
      if (saved.text !== undefined) return make("p", {}, make("code", {}, saved.name), ` = ${saved.text}`);
      const small = (facts.tensors[saved.tensor].cells?.length ?? 0) <= 64;
      return make("details", { open: small }, make("summary", {}, make("code", {}, saved.name), origin),
        heatMap(saved.tensor, saved.name));
    })];
  }

  code(type) {
    const source = facts.sources[type];
    if (!source) return [];
    return [make("h3", {}, "Its code ", make("small", {}, `tinygrad_loss/${source.file}, line ${source.line}`)),
      make("pre", { tabindex: "0", "aria-label": `Code of ${type}` }, make("code", {}, source.code))];
  }

  edge({ stage, id }) {
    const edge = stage.graph.edges[id];
    const side = stage.facts;
    const ends = make("p", {}, "From ", this.link(stage, "node", edge.source, nameOf(stage.graph.nodes[edge.source])), " to ",
      this.link(stage, "node", edge.target, nameOf(stage.graph.nodes[edge.target])),
      `: with respect to input ${edge.input} of the forward operation.`);
    const head = [make("h2", {}, "Gradient"), ends];
    if (edge.gradient === null) return [...head, make("p", {}, "Its numbers are not known.")];
    if (stage.sent[id] > this.app.player.step) return [...head, this.notYet(stage.sent[id])];
    if (edge.reference === null) return [...head, make("h3", {}, "What flows"), heatMap(edge.gradient, "gradient")];
    return [...head, make("h3", {}, side.library), heatMap(edge.gradient, `gradient, ${side.library}`),
      make("h3", {}, side.reference, make("small", {}, ` ${edge.verdict}`)), heatMap(edge.reference, `gradient, ${side.reference}`)];
  }

  link(stage, what, id, text) {
    return make("button", { type: "button", class: "link", onclick: () => this.app.choose(stage, what, id) }, text);
  }
}
