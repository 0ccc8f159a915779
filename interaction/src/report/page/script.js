"use strict";
// Without this script every order of a sample stands below the other; with it a slider shows one at a time.
for (const slider of document.querySelectorAll(".slider")) {
  const panels = [...slider.querySelectorAll(".panel")];
  if (panels.length < 2) continue;
  const label = document.createElement("label");
  const input = document.createElement("input");
  const name = document.createElement("span");
  input.type = "range";
  input.min = "0";
  input.max = String(panels.length - 1);
  input.step = "1";
  input.value = "0";
  input.setAttribute("aria-label", slider.dataset.label);
  const show = () => {
    panels.forEach((panel, place) => { panel.hidden = place !== Number(input.value); });
    const shown = panels[Number(input.value)].dataset.name;
    input.setAttribute("aria-valuetext", shown);
    name.textContent = " " + shown;
  };
  input.addEventListener("input", show);
  label.append(input, name);
  slider.querySelector(".panels").before(label);
  slider.classList.add("sliding");
  show();
}
// The value below the pointer, at once and without the delay of a title.
const readout = document.getElementById("readout");
const hide = () => { readout.hidden = true; };
document.addEventListener("pointermove", (event) => {
  const target = event.target instanceof Element ? event.target.closest("rect.value") : null;
  if (!target) return hide();
  readout.textContent = target.querySelector("title")?.textContent ?? target.dataset.told ?? "";
  readout.hidden = false;
  const room = window.innerWidth - readout.offsetWidth - 12;
  readout.style.left = Math.max(4, Math.min(event.clientX + 14, room)) + "px";
  readout.style.top = Math.max(4, event.clientY - readout.offsetHeight - 10) + "px";
});
document.addEventListener("pointerleave", hide);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
