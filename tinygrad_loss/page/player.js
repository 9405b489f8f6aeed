// The backward pass, step by step. Step 0 is before the pass, the last step its end.

const PAUSE = 1500;

class Player {
  constructor(stages, onStep) {
    this.stages = stages;
    this.onStep = onStep;
    this.step = this.length;
    this.timer = null;
    byId("first").addEventListener("click", () => this.go(0));
    byId("back").addEventListener("click", () => this.go(this.step - 1));
    byId("forward").addEventListener("click", () => this.go(this.step + 1));
    byId("last").addEventListener("click", () => this.go(this.length));
    byId("play").addEventListener("click", () => this.toggle());
    byId("step").addEventListener("input", (event) => this.go(Number(event.target.value)));
  }

  get length() { return Math.max(...this.stages.map((stage) => stage.graph.steps.length)); }
  get playing() { return this.timer !== null; }

  /** Go to a step; a move by one step forward is shown as a journey along the arrows. */
  go(step, byItself = false) {
    if (!byItself) this.pause();
    const next = Math.min(Math.max(step, 0), this.length);
    const onward = next === this.step + 1;
    this.step = next;
    for (const stage of this.stages) {
      stage.light(next);
      const now = stage.graph.steps[next - 1];
      if (now && next < this.length) stage.reveal(stage.part("node", now.node));
      if (now && onward) stage.travel(now.edges);
    }
    this.tell();
    this.onStep();
  }

  tell() {
    const { step, length } = this;
    const texts = this.stages.map((stage) => stage.graph.steps[step - 1]?.text).filter(Boolean);
    const named = this.stages.length > 1 && new Set(texts).size > 1;
    const sentence = named ? this.stages.map((stage, i) => (texts[i] ? `${stage.facts.name}: ${texts[i]}` : "")).join(" ") : texts[0];
    const begin = "Before the backward pass: the values are known, no gradient has flowed.";
    byId("told").textContent = step ? `Step ${step} of ${length}. ${sentence}` : begin;
    byId("count").textContent = `${step} / ${length}`;
    const slider = byId("step");
    slider.max = length;
    slider.value = step;
    slider.setAttribute("aria-valuetext", step ? `step ${step} of ${length}` : "before the pass");
    byId("first").disabled = byId("back").disabled = step === 0;
    byId("last").disabled = byId("forward").disabled = step === length;
  }

  toggle() {
    if (this.playing) { this.pause(); return; }
    const button = byId("play");
    button.classList.add("playing");
    button.setAttribute("aria-label", "Pause");
    this.timer = setInterval(() => this.next(), PAUSE);
    if (this.step === this.length) this.go(0, true);
    else this.next();
  }

  next() {
    this.go(this.step + 1, true);
    if (this.step === this.length) this.pause();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    const button = byId("play");
    button.classList.remove("playing");
    button.setAttribute("aria-label", "Play");
  }
}
