// The facts that Python wrote, and how numbers are written.

const facts = JSON.parse(document.getElementById("facts").textContent);
const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners ("onclick") and children (text or elements; null is left out). */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const shapeText = (shape) => (shape.length ? shape.join("\u00d7") : "scalar");
const isNumber = (value) => typeof value === "number";

/** Numbers as the picture prints them: four digits, exponents where those would hide a number, whole numbers without a point. */
function written(numbers, dtype) {
  if (!/float/.test(dtype)) return numbers.map(String);
  const sizes = numbers.filter((v) => isNumber(v) && v !== 0).map(Math.abs);
  const exponents = sizes.some((v) => v < 5e-5 || v >= 1e5);
  const whole = sizes.every(Number.isInteger);
  return numbers.map((v) => {
    if (!isNumber(v)) return v;
    if (v === 0) return "0";
    if (exponents) return v.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");
    return v.toFixed(whole ? 0 : 4);
  });
}

const short = (value) => (isNumber(value) ? written([value], "float")[0] : String(value));

/** Where something comes from: a sentence's name for a node. */
const nameOf = (node) => node.name || node.type || "the result";
