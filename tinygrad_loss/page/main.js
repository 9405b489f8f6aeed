// The page as a whole: what is chosen, what is open, keys and theme.

class App {
  constructor() {
    this.stages = [...document.querySelectorAll(".stage")].map((section, side) => new Stage(section, side));
    const size = Math.min(...this.stages.map((stage) => stage.size));
    if (this.stages.length > 1) for (const stage of this.stages) stage.zoom(size); // side by side to one scale
    this.chosen = null;
    this.panel = new Panel(this);
    this.player = new Player(this.stages, () => this.panel.show(this.chosen));
    this.search = new Search(this);
    this.matches = facts.matches.flatMap(([left, right, verdicts]) => [{ ids: [left, right], verdicts }]);
    for (const stage of this.stages) {
      this.listen(stage);
      stage.mark("apart", this.matches.filter((match) => match.verdicts.length).map((match) => match.ids[stage.side]));
    }
    this.player.go(this.player.length);
    this.shade();
    byId("theme").addEventListener("click", () => this.turn());
    byId("keys").addEventListener("click", () => byId("help").showModal());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.shade());
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeprint", () => { this.player.pause(); this.shade("light"); });
    addEventListener("afterprint", () => this.shade());
  }

  /** Show a node or a gradient in the panel, and where it is. */
  choose(stage, what, id) {
    this.chosen = { stage, what, id };
    this.lightChosen();
    const part = stage.part(what, id);
    stage.reveal(part);
    this.focusable(stage, part);
    this.panel.show(this.chosen);
    this.panel.element.scrollTop = 0;
    byId("shown").textContent = `The details are of ${part?.getAttribute("aria-label") ?? id}.`;
  }

  unchoose() {
    this.chosen = null;
    this.lightChosen();
    this.panel.show(null);
  }

  lightChosen() {
    for (const stage of this.stages) {
      const own = this.chosen?.stage === stage ? this.chosen : null;
      stage.mark("selected", own ? [own.id] : [], own?.what);
      const partner = this.chosen?.what === "node" ? this.partnerOf(this.chosen.stage, this.chosen.id) : null;
      stage.mark("partner", partner?.stage === stage ? [partner.id] : []);
      if (partner?.stage === stage) stage.reveal(stage.part("node", partner.id));
    }
  }

  matchOf(stage, id) { return this.matches.find((match) => match.ids[stage.side] === id); }

  partnerOf(stage, id) {
    const other = this.matchOf(stage, id)?.ids[1 - stage.side];
    return other ? { stage: this.stages[1 - stage.side], id: other } : null;
  }

  /** The one part of the graph that Tab comes to. */
  focusable(stage, part) {
    if (!part) return;
    for (const old of stage.parts('[tabindex="0"]')) old.setAttribute("tabindex", "-1");
    part.setAttribute("tabindex", "0");
  }

  open(stage, id) { this.reform(stage, (open) => open.add(id), id); }
  close(stage, id) { this.reform(stage, (open) => open.delete(id), id); }

  /** Show the form in which a node is open (or closed), at the same point of the pass. */
  reform(stage, change, id) {
    const open = new Set(stage.graph.open);
    change(open);
    const atEnd = this.player.step === this.player.length;
    const current = stage.graph.steps[this.player.step - 1]?.node;
    stage.show(stage.formWith(open, id));
    const { nodes, groups } = stage.graph;
    const inner = stage.order.filter((node) => nodes[node].group && groups[nodes[node].group].node === id);
    const target = inner[0] ?? id;
    this.chosen = { stage, what: "node", id: target };
    this.search.look();
    const step = stage.runs[current] ?? stage.runs[target] ?? this.player.step;
    this.player.go(atEnd ? this.player.length : step);
    this.choose(stage, "node", target);
    stage.part("node", target).focus({ preventScroll: true });
    byId("told").textContent = inner.length ? `Opened into ${inner.length} primitives.` : `Closed ${nameOf(nodes[id])}.`;
  }

  listen(stage) {
    const chosenBy = (event) => {
      const part = event.target.closest("[data-node], [data-edge]");
      if (!part) return false;
      this.choose(stage, part.dataset.node ? "node" : "edge", part.dataset.node ?? part.dataset.edge);
      part.focus({ preventScroll: true });
      return true;
    };
    stage.paper.addEventListener("click", chosenBy);
    stage.paper.addEventListener("dblclick", (event) => {
      const id = event.target.closest("[data-node]")?.dataset.node;
      if (id && stage.canOpen(id)) this.open(stage, id);
    });
    stage.paper.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        if (chosenBy(event)) event.preventDefault();
        event.stopPropagation();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        this.walk(stage, event.target.closest("[data-node], [data-edge]"), event.key === "ArrowDown" ? 1 : -1);
      }
    });
  }

  /** Go on to the next node or gradient in the order of the pass. */
  walk(stage, part, way) {
    const order = stage.graph.steps.flatMap((step) => [["node", step.node], ...step.edges.map((edge) => ["edge", edge])])
      .filter(([what, id]) => stage.part(what, id));
    const place = order.findIndex(([what, id]) => part && part.dataset[what] === id);
    const [what, id] = order[Math.min(Math.max(place + way, 0), order.length - 1)];
    const next = stage.part(what, id);
    this.focusable(stage, next);
    next.focus({ preventScroll: true });
    stage.reveal(next);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    const typing = event.target.matches("input, textarea, select");
    const onButton = event.target.matches("button, summary, [role=button]");
    const zoom = (factor) => this.stages.forEach((stage) => stage.zoom(stage.size * factor));
    const acts = {
      ArrowRight: () => this.player.go(this.player.step + 1),
      ArrowLeft: () => this.player.go(this.player.step - 1),
      Home: () => this.player.go(0),
      End: () => this.player.go(this.player.length),
      " ": onButton ? null : () => this.player.toggle(),
      "/": () => byId("query").focus(),
      "?": () => byId("help").showModal(),
      o: () => this.openOrClose(),
      "+": () => zoom(1.25),
      "-": () => zoom(0.8),
      0: () => this.stages.forEach((stage) => stage.fit()),
      Escape: () => this.unchoose(),
    };
    const act = typing ? null : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  openOrClose() {
    const { chosen } = this;
    if (chosen?.what !== "node") return;
    const node = chosen.stage.graph.nodes[chosen.id];
    const owner = node.group && chosen.stage.graph.groups[node.group].node;
    if (chosen.stage.canOpen(chosen.id)) this.open(chosen.stage, chosen.id);
    else if (owner) this.close(chosen.stage, owner);
  }

  /** Put the page in light or dark: as `theme` says, or the page's own choice, or the reader's system. */
  shade(theme = document.documentElement.dataset.theme) {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    document.documentElement.dataset.shade = theme === "auto" ? system : theme;
    byId("theme").setAttribute("aria-label", `Theme: ${theme}`);
    this.panel.show(this.chosen);
  }

  turn() {
    const dark = document.documentElement.dataset.shade === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    this.shade();
  }
}

new App();
