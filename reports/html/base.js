// Small pieces that the others use.

const find = (selector, within = document) => within.querySelector(selector);
const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

/// An element with attributes and children; text is text, whatever it holds.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/// Where the browser lets nothing be copied, the command is selected, so that a key can do it.
async function copy(button) {
  const code = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = "Selected";
  }
}

function startCopying() {
  for (const button of findAll("button.copy")) {
    button.hidden = false;
  }
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("button.copy")) {
      copy(event.target);
    }
  });
}
