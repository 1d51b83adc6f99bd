// The preference page saves each change at once. Without this script its form has a Save button.
"use strict";

(() => {
  const form = document.getElementById("choices");
  const told = document.getElementById("told");
  if (!form || !told || !window.fetch || !window.DOMParser) return;
  const said = told.querySelector("[role=status]");
  const back = told.querySelector("button");
  const button = document.getElementById("save");
  const hour = form.elements.send_hour;
  const zone = form.elements.time_zone;

  // Buttons for pauses stand inside the form but belong to others.
  const fields = () => [...form.elements].filter((one) => one.name && one.type !== "hidden");
  const state = () => fields().map((one) => (/^(checkbox|radio)$/.test(one.type) ? one.checked : one.value));
  const restore = (kept) => fields().forEach((one, at) => {
    if (/^(checkbox|radio)$/.test(one.type)) one.checked = kept[at];
    else one.value = kept[at];
  });

  let saved = state();
  let before = null;
  let busy = false;
  let again = null;

  const say = (text, bad) => {
    said.textContent = text;
    told.classList.toggle("bad", Boolean(bad));
    told.classList.toggle("shown", Boolean(text));
  };

  const renew = (page) => {
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (!fresh) continue;
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      const node = document.importNode(fresh, true);
      [...node.querySelectorAll("details")].forEach((one, at) => {
        if (at in open) one.open = open[at];
      });
      part.replaceWith(node);
    }
  };

  const failed = (text) => {
    say(text, true);
    back.hidden = true;
    button.hidden = false;
  };

  const save = async (after) => {
    if (busy) {
      again = after;
      return;
    }
    busy = true;
    say(told.dataset.saving);
    const sent = state();
    try {
      const answer = await fetch(location.pathname + location.search, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        credentials: "same-origin",
        keepalive: true,
      });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) {
        if (page.documentElement.lang !== document.documentElement.lang) {
          location.replace(answer.url);
          return;
        }
        renew(page);
        before = after === told.dataset.undone ? null : saved;
        saved = sent;
        say(after);
        back.hidden = !before;
        button.hidden = true;
        for (const notice of document.querySelectorAll("main > .notice.good, main > .notice.bad")) notice.remove();
      } else if (answer.status === 404) {
        failed(told.dataset.expired);
      } else {
        const wrong = page.querySelector("#wrong p");
        failed(wrong ? wrong.textContent.trim() : told.dataset.failed);
      }
    } catch {
      failed(told.dataset.failed);
    } finally {
      busy = false;
    }
    if (again) {
      const next = again;
      again = null;
      save(next);
    }
  };

  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.form !== form) return;
    // A day is chosen for a weekly issue, an hour by the clock at hand.
    if (field.dataset.means) form.elements.frequency.value = field.dataset.means;
    if (field === hour && hour.value && !zone.value && own) {
      if (![...zone.options].some((one) => one.value === own)) zone.append(new Option(own, own));
      zone.value = own;
    }
    save(told.dataset.saved);
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(told.dataset.saved);
  });

  back.addEventListener("click", () => {
    if (!before) return;
    restore(before);
    back.hidden = true;
    said.setAttribute("tabindex", "-1");
    said.focus();
    save(told.dataset.undone);
  });

  button.hidden = true;
})();
