// Arrays as heat maps: a table of numbers when small, coloured cells when large. Blue below zero, orange above.

const MOST_NUMBERS = 80;
const WIDEST_TABLE = 8;

function channels(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
}

/** A function from a number to its colour, as [r, g, b]: white at zero, full colour at the number farthest from zero. */
function colouring(cells) {
  const [low, middle, high, broken] = ["--low", "--middle", "--high", "--broken"].map(channels);
  const far = Math.max(...cells.filter(isNumber).map(Math.abs), 0) || 1;
  return (value) => {
    if (typeof value === "boolean") return value ? high : middle;
    if (value === "inf") return high;
    if (value === "-inf") return low;
    if (!isNumber(value)) return broken;
    const end = value < 0 ? low : high;
    return middle.map((channel, i) => Math.round(channel + (end[i] - channel) * Math.abs(value) / far));
  };
}

const css = (colour) => `rgb(${colour.join(",")})`;
const inkOn = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#10151b" : "#ffffff");

function indexText(place, tensor) {
  const sizes = tensor.shape;
  const index = [];
  for (let i = sizes.length - 1; i >= 0; i -= 1) {
    index.unshift(place % sizes[i]);
    place = Math.floor(place / sizes[i]);
  }
  return `[${index.join(", ")}]`;
}

/** What can be said of an array in a line. */
function summaryText(tensor) {
  if (!tensor.summary) return "";
  const [least, mean, most] = tensor.summary.map(short);
  return `min ${least}, mean ${mean}, max ${most}`;
}

/** An array as an element. `label` says what it is, for those who do not see it. */
function heatMap(number, label) {
  const tensor = facts.tensors[number];
  const box = make("div", { class: "heat", "data-tensor": number });
  const remark = tensor.remark ? make("strong", { class: "gradient-colour" }, ` ${tensor.remark}`) : null;
  box.append(make("p", { class: "quiet" }, `${shapeText(tensor.shape)} ${tensor.dtype}`, remark));
  if (!tensor.cells) {
    box.append(make("p", {}, tensor.shape.includes(0) ? "(empty)" : summaryText(tensor) || "The numbers are not known."));
    return box;
  }
  const small = !tensor.block && tensor.cells.length <= MOST_NUMBERS && tensor.columns <= WIDEST_TABLE;
  box.append(small ? numbersTable(tensor, label) : cellsPicture(tensor, label));
  return box;
}

function numbersTable(tensor, label) {
  // One number alone has no colour, nor have class indices: there is nothing to compare.
  const colour = /float/.test(tensor.dtype) && tensor.cells.length > 1 ? colouring(tensor.cells) : null;
  const texts = written(tensor.cells, tensor.dtype);
  const table = make("table", { "aria-label": label });
  const widest = Math.max(...texts.map((text) => text.length));
  for (let start = 0; start < texts.length; start += tensor.columns) {
    const row = make("tr");
    for (let i = start; i < Math.min(start + tensor.columns, texts.length); i += 1) {
      const cell = make("td", {}, texts[i]);
      if (colour) {
        const ground = colour(tensor.cells[i]);
        cell.style.background = css(ground);
        cell.style.color = inkOn(ground);
      } else {
        cell.style.background = "var(--ground)";
      }
      cell.style.minWidth = `${widest + 2}ch`;
      if (tensor.shape.length) cell.title = indexText(i, tensor);
      row.append(cell);
    }
    table.append(row);
  }
  return make("div", { class: "numbers-table" }, table);
}

/** Where the cells stand in the picture. A tensor of more than two dimensions is a mosaic of its matrices, and a tall matrix stands in
 * strips beside each other, with a gap between. */
function arranged(tensor) {
  const { cells, columns, shape, block } = tensor;
  const rows = Math.ceil(cells.length / columns);
  const matrices = shape.length > 2 && !block;
  const strips = rows > 3 * columns ? Math.floor(Math.sqrt(rows / columns)) : 1;
  const high = matrices ? shape.at(-2) : Math.ceil(rows / strips);
  const tiles = Math.ceil(rows / high);
  const channels = shape.length > 3 && shape.at(-3) <= 24 ? shape.at(-3) : 0; // a row for each image, a column for each channel
  const square = Math.max(1, Math.min(tiles, Math.round(Math.sqrt(1.5 * tiles * high / columns))));
  const across = matrices ? channels || square : tiles;
  const gap = tiles > 1 ? 1 : 0;
  return {
    width: across * (columns + gap) - gap,
    height: Math.ceil(tiles / across) * (high + gap) - gap,
    place(i) {
      const row = Math.floor(i / columns);
      const tile = Math.floor(row / high);
      return [(tile % across) * (columns + gap) + i % columns, Math.floor(tile / across) * (high + gap) + row % high];
    },
    cell(x, y) {
      const [column, row] = [x % (columns + gap), y % (high + gap)];
      const tile = Math.floor(y / (high + gap)) * across + Math.floor(x / (columns + gap));
      return column < columns && row < high ? (tile * high + row) * columns + column : -1;
    },
  };
}

function cellsPicture(tensor, label) {
  const { cells, block } = tensor;
  const { width, height, place, cell } = arranged(tensor);
  const colour = colouring(cells);
  const canvas = make("canvas", { class: "map", width, height, role: "img",
    "aria-label": `${label}, heat map of ${shapeText(tensor.shape)}: ${summaryText(tensor)}` });
  const paint = canvas.getContext("2d");
  cells.forEach((value, i) => {
    paint.fillStyle = css(colour(value));
    paint.fillRect(...place(i), 1, 1);
  });
  canvas.style.aspectRatio = `${width} / ${height}`;
  canvas.style.width = `min(100%, ${20 * width / height}rem)`;
  const readout = make("p", { class: "readout", "aria-hidden": "true" });
  canvas.addEventListener("pointermove", (event) => {
    const frame = canvas.getBoundingClientRect();
    const at = cell(Math.floor((event.clientX - frame.left) / frame.width * width), Math.floor((event.clientY - frame.top) / frame.height * height));
    readout.textContent = at in cells ? `${block ? "around " : ""}${placeText(tensor, at)}: ${short(cells[at])}` : "";
  });
  canvas.addEventListener("pointerleave", () => { readout.textContent = ""; });
  const far = Math.max(...cells.filter(isNumber).map(Math.abs), 0);
  const scale = make("div", { class: "scale", "aria-hidden": "true" }, short(-far), make("i"), short(far));
  const whatIsACell = block ? make("p", { class: "quiet" },
    `Each cell stands for a block of ${block[0]}\u00d7${block[1]} and shows its number farthest from zero.`) : null;
  return make("div", {}, canvas, scale, make("p", { class: "quiet" }, summaryText(tensor)), whatIsACell, readout);
}

function placeText(tensor, i) {
  if (!tensor.block) return indexText(i, tensor);
  const wide = tensor.shape[tensor.shape.length - 1];
  if (tensor.shape.length < 2) return indexText(i * tensor.block[1], tensor);
  const row = Math.floor(i / tensor.columns) * tensor.block[0];
  return indexText(row * wide + (i % tensor.columns) * tensor.block[1], tensor);
}
