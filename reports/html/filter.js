// The table of cases: which rows are shown.

const rows = findAll("#case-table tbody tr");
const filters = find("#filters");
const MANY = 1000; // rows; more are shown only when somebody asks for them
let showAll = false;
let words = null; // of each row, in lower case; made when they are first needed

function textOf(index) {
  words ??= rows.map((row) => `${row.textContent} ${row.dataset.r}`.toLowerCase());
  return words[index];
}

function chosenVerdicts() {
  return new Set(findAll("input[name=verdict]:checked", filters).map((box) => box.value));
}

function applyFilters() {
  const text = find("#f-text").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const category = find("#f-category").value;
  const requirement = find("#f-requirement").value.trim().toUpperCase();
  const verdicts = chosenVerdicts();
  let shown = 0;
  rows.forEach((row, index) => {
    const wanted =
      (verdicts.size === 0 || verdicts.has(row.dataset.v)) &&
      (category === "" || row.dataset.c === category) &&
      (requirement === "" ||
        row.dataset.r.split(" ").some((id) => id.toUpperCase().startsWith(requirement))) &&
      text.every((word) => textOf(index).includes(word));
    shown += wanted ? 1 : 0;
    row.hidden = !wanted || (shown > MANY && !showAll);
  });
  const cut = shown > MANY && !showAll;
  find("#shown").textContent =
    (shown === rows.length ? `All ${shown} cases` : `${shown} of ${rows.length} cases`) +
    (cut ? `, of which the first ${MANY} are shown` : "");
  moreRows.hidden = !cut;
}

const moreRows = element("button", { type: "button", class: "more" }, "Show the other cases");
moreRows.addEventListener("click", () => {
  showAll = true;
  applyFilters();
});

/// What is typed fast is looked at once.
let pending = 0;
function applySoon() {
  cancelAnimationFrame(pending);
  pending = requestAnimationFrame(applyFilters);
}

/// Shows the cases that look at a requirement.
function filterByRequirement(id) {
  filters.reset();
  find("#f-requirement").value = id;
  applyFilters();
}

function startFiltering() {
  filters.hidden = false;
  find("#case-table").after(moreRows);
  filters.addEventListener("input", applySoon);
  filters.addEventListener("reset", () => setTimeout(applyFilters));
  filters.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-requirement]");
    if (link) {
      filterByRequirement(link.dataset.requirement);
    }
  });
  applyFilters();
}
