/* Around a request: words while it takes long, one sending at a time, where the focus goes when
   a part of the page is replaced, and what is said aloud. Every page works without this file. */
(function () {
  "use strict";

  var SLOW = 300; /* milliseconds until the wait gets words */
  var AGAIN = 20000; /* after so long without an answer a form may be sent once more */
  var SELDOM = 10000; /* what asks by itself is read aloud no more often than this */

  function region(id) { return document.getElementById(id); }

  /* --- words while it takes long -------------------------------------------------------- */
  var waits = 0, timer = 0;

  function waiting(words) {
    waits += 1;
    if (waits > 1) return;
    timer = window.setTimeout(function () {
      if (region("waiting")) region("waiting").textContent = words;
    }, SLOW);
  }
  function waited() {
    waits = Math.max(0, waits - 1);
    if (waits > 0) return;
    window.clearTimeout(timer);
    if (region("waiting")) region("waiting").textContent = "";
  }

  /* Parts that renew themselves are nobody's wait. */
  function byPerson(event) {
    var cause = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
    return cause && cause.isTrusted ? cause : null;
  }
  function busy(event, value) {
    var target = event.detail && event.detail.target;
    if (target && target.setAttribute) target.setAttribute("aria-busy", value);
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    busy(event, "true");
    if (byPerson(event)) waiting("Loading…");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    busy(event, "false");
    if (byPerson(event)) waited();
  });

  /* --- one sending at a time ------------------------------------------------------------ */
  function sent(form, button) {
    form.dataset.sending = "true";
    if (button) button.setAttribute("aria-disabled", "true");
    waiting("Sending…");
    window.setTimeout(function () { freed(form); }, AGAIN);
  }
  function freed(form) {
    if (!form.dataset.sending) return;
    delete form.dataset.sending;
    form.querySelectorAll("[aria-disabled]").forEach(function (button) {
      button.removeAttribute("aria-disabled");
    });
    waited();
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    sent(form, event.submitter);
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) document.querySelectorAll("[data-sending]").forEach(freed);
  });

  /* --- where the focus goes ------------------------------------------------------------- */
  function words(element) {
    return (element.getAttribute("aria-label") || element.textContent).replace(/\s+/g, " ").trim();
  }
  function focusOn(element) {
    if (element.tabIndex < 0) element.setAttribute("tabindex", "-1");
    element.focus();
  }
  function focusWrong(part) {
    var wrong = part.querySelector("[aria-invalid='true']")
      || part.querySelector(".alert-error, .errorlist");
    if (!wrong) return false;
    for (var box = wrong.closest("details"); box; box = box.parentElement.closest("details")) {
      box.open = true;
    }
    focusOn(wrong);
    return true;
  }

  var held = null;
  document.addEventListener("htmx:beforeSwap", function (event) {
    var active = document.activeElement, target = event.detail.target;
    held = null;
    if (!event.detail.shouldSwap || !target || active === target || !target.contains(active)) return;
    held = { tag: active.tagName, words: words(active) };
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    var part = event.target, was = held, cause = byPerson(event), active = document.activeElement;
    held = null;
    aloud(part, cause);
    if (event.detail.xhr.status === 422 && cause && cause.type === "submit" && focusWrong(part)) return;
    if (!was || (active && active !== document.body)) return;
    var same = Array.prototype.find.call(part.querySelectorAll(was.tag), function (element) {
      return words(element) === was.words && element.getClientRects().length > 0;
    });
    focusOn(same || part);
  });
  document.addEventListener("DOMContentLoaded", function () {
    var main = region("main"), loaded = performance.getEntriesByType("navigation")[0];
    /* A form that was refused comes back as the whole page, with 422 or 413. */
    var refused = loaded && (loaded.responseStatus === 422 || loaded.responseStatus === 413);
    if (main && (refused || main.querySelector("[aria-invalid='true']"))) focusWrong(main);
  });

  /* --- read aloud ----------------------------------------------------------------------- */
  var last = "", at = 0;
  function aloud(part, cause) {
    var say = part.dataset && part.dataset.say, now = Date.now();
    if (!say || say === last || !region("aloud") || (!cause && now - at < SELDOM)) return;
    last = say;
    at = now;
    region("aloud").textContent = say;
  }
})();
