// What scripts add to the desk: nothing that cannot be done without. Forms are sent and the page is
// put in place without losing where one is; keys, dragging, and word of what others changed.
"use strict";

(() => {
  const EVERY = 15000;
  const bench = () => document.getElementById("bench");
  const rows = () => [...document.querySelectorAll(".story[id]")].filter((one) => one.offsetParent);
  let here = "";
  let busy = false;
  let typed = false;

  // --- sending forms

  async function send(form, button) {
    if (busy) return;
    busy = true;
    const revision = bench().dataset.revision;
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.append(button.name, button.value);
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, headers: { "If-Match": `"${revision}"` },
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("bench")) {
        // Something else is wanted first: to log in, or to prove who sits here.
        busy = false;
        HTMLFormElement.prototype.submit.call(withButton(form, button));
        return;
      }
      put(page, answer, button);
    } catch {
      say("Not done: the desk could not be reached. Check your connection, then try again.", true);
    }
    busy = false;
  }

  function withButton(form, button) {
    if (button && button.name) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: button.name, value: button.value });
      form.append(field);
    }
    return form;
  }

  function put(page, answer, button) {
    const at = button ? button.id : "";
    const story = button ? button.closest(".story") : null;
    const place = story ? rows().indexOf(story) : -1;
    const top = story ? story.getBoundingClientRect().top : null;
    document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    typed = false;
    if (answer.ok) history.replaceState(null, "", clean(answer.url));
    const found = (at && document.getElementById(at)) || null;
    const row = story && document.getElementById(story.id);
    const next = row || rows()[Math.min(place, rows().length - 1)];
    if (next && top !== null) scrollBy(0, next.getBoundingClientRect().top - top);
    if (found && !found.disabled) found.focus({ preventScroll: true });
    else if (next && place >= 0) go(next, true);
    else document.querySelector("[role=alert], #said")?.scrollIntoView({ block: "nearest" });
    const said = document.getElementById("said");
    if (said && said.textContent) say(said.textContent, false);
    start();
  }

  function clean(url) {
    const there = new URL(url);
    there.searchParams.delete("done");
    there.searchParams.delete("at");
    return there.href;
  }

  // The region is the same one all the time, so that what is put into it is read out.
  function say(text, bad) {
    const live = document.getElementById("live");
    live.classList.toggle("bad", bad);
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
    document.getElementById("said")?.classList.remove("shown");
    clearTimeout(say.timer);
    live.classList.add("shown");
    say.timer = setTimeout(() => live.classList.remove("shown"), 8000);
  }

  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id === "edit") typed = false;
    if (form.method !== "post" || !bench() || !form.action.startsWith(location.origin + bench().dataset.base)) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  // --- keys; each of one letter can be switched off (WCAG 2.1.4)

  const keysOn = () => localStorage.getItem("desk-keys") !== "off";

  function go(row, still) {
    document.querySelector(".story.here")?.classList.remove("here");
    here = row.id;
    row.classList.add("here");
    row.querySelector(".headline a")?.focus({ preventScroll: true });
    if (!still) row.scrollIntoView({ block: "nearest" });
  }

  function current() {
    return document.activeElement?.closest?.(".story") || document.getElementById(here);
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(current());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) go(next);
  }

  function press(name) {
    const found = current()?.querySelector(`[data-key="${name}"]`);
    if (found && !found.disabled) found.click();
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const open = document.querySelector("details.more[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if (event.target.closest("input, textarea, select, dialog")) return;
    if (event.shiftKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      press(event.key === "ArrowUp" ? "up" : "down");
      return;
    }
    if (!keysOn() || !document.getElementById("help")) return;
    const acts = {
      next: () => step(1), before: () => step(-1), edit: () => press("e"), pin: () => press("p"),
      remove: () => press("r"), search: () => document.getElementById("q")?.focus(),
      help: () => document.getElementById("help").showModal(),
    };
    const keys = JSON.parse(document.getElementById("help").dataset.keys);
    const act = acts[Object.keys(keys).find((one) => keys[one] === event.key)];
    if (act) { event.preventDefault(); act(); }
  });

  // --- dragging; the buttons do the same

  let dragged = null;

  addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".story[draggable]") || null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector(".headline")?.textContent || "");
  });

  addEventListener("dragover", (event) => {
    const to = dragged && event.target.closest?.("#issue .story, #issue ol.stories");
    document.querySelector(".drop")?.classList.remove("drop");
    if (!to || to === dragged) return;
    event.preventDefault();
    to.classList.add("drop");
  });

  addEventListener("dragend", () => {
    document.querySelector(".drop")?.classList.remove("drop");
    dragged = null;
  });

  addEventListener("drop", (event) => {
    const to = dragged && event.target.closest?.("#issue .story, #issue ol.stories");
    if (!to || to === dragged) return;
    event.preventDefault();
    const form = document.getElementById("act").cloneNode(true);
    const values = {
      section: to.dataset.section,
      place: to.dataset.place || String(to.children.length + 1),
      do: dragged.dataset.pool ? `pin ${dragged.dataset.pool}` : `move ${dragged.dataset.story}`,
    };
    for (const [name, value] of Object.entries(values)) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    send(form, null);
  });

  // --- word of what others changed, and clocks

  const asked = (page) => new URLSearchParams({
    seen: page.dataset.revision, filled: page.dataset.filled,
  });

  async function look() {
    const page = bench();
    if (!page || !page.dataset.base || document.hidden || busy) return;
    try {
      const answer = await fetch(`${page.dataset.base}/version?${asked(page)}`);
      if (!answer.ok || page !== bench()) return;
      const told = await answer.json();
      const bar = document.getElementById("news");
      const changed = told.revision > Number(page.dataset.revision);
      const came = told.came - Number(page.dataset.came);
      if (!bar || (!changed && came <= 0)) return;
      const count = came > 0 ? [`${came} new ${came === 1 ? "story" : "stories"}`] : [];
      const text = [...count, ...told.told].join(" · ") || "This issue changed";
      if (bar.querySelector("p").textContent !== text) {
        bar.querySelector("p").textContent = text;
        bar.hidden = false;
      }
    } catch { /* the next look may succeed */ }
  }

  // An issue on its way: its numbers, and all of the page where what may be done is another.
  async function follow() {
    const going = document.getElementById("going");
    if (!going || !Number(going.dataset.every) || document.hidden || busy) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("going");
      if (!fresh || going !== document.getElementById("going")) return;
      const same = fresh.dataset.state === going.dataset.state;
      // Whoever is at a field or a button keeps it: the next look may find them elsewhere.
      if (same || typed || document.activeElement?.closest?.("form")) {
        going.replaceWith(document.adoptNode(fresh));
        if (!same) document.getElementById("going").dataset.state = going.dataset.state;
      } else {
        document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
      }
      start();
    } catch { /* the next look may succeed */ }
  }

  function clocks() {
    for (const one of document.querySelectorAll("time[data-until]")) {
      const minutes = Math.floor((new Date(one.dateTime) - Date.now() + skew) / 60000);
      if (minutes < 0) { one.textContent = "now"; continue; }
      const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60);
      one.textContent = `${days ? `${days} d ` : ""}${minutes >= 60 ? `${hours} h ` : ""}${minutes % 60} min`;
    }
  }

  let skew = 0;

  function start() {
    const told = document.querySelector("[data-now]");
    if (told) skew = Date.now() - new Date(told.dataset.now);
    for (const one of document.querySelectorAll("#issue .story, #pool .story")) {
      if (document.querySelector("#act")) one.draggable = true;
    }
    const hint = document.getElementById("keys-hint");
    if (hint) hint.hidden = false;
    const on = document.getElementById("keys-on");
    if (on) on.checked = keysOn();
    clocks();
  }

  addEventListener("input", (event) => {
    const field = event.target;
    typed = true;
    const best = Number(field.dataset?.best || 0);
    const count = best && document.getElementById(`${field.id}-count`);
    if (count) {
      count.textContent = `${[...field.value].length} of ${best}`;
      count.classList.toggle("over", [...field.value].length > best);
    }
  });

  addEventListener("change", (event) => {
    if (event.target.id === "keys-on") {
      localStorage.setItem("desk-keys", event.target.checked ? "on" : "off");
    } else if (event.target.closest?.(".filters") && event.target.tagName === "SELECT") {
      event.target.form.requestSubmit();
    }
  });

  addEventListener("click", (event) => {
    if (event.target.id === "keys-show") document.getElementById("help").showModal();
    for (const open of document.querySelectorAll("details.more[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  addEventListener("beforeunload", (event) => {
    if (typed && document.querySelector("#edit")) event.preventDefault();
  });

  start();
  setInterval(look, EVERY);
  const every = Number(document.getElementById("going")?.dataset.every || 0);
  if (every) setInterval(follow, every * 1000);
  setInterval(clocks, 20000);
  addEventListener("visibilitychange", look);
})();
