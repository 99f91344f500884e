// The page of a reindex job, kept up to date. Without it the page reloads itself.
"use strict";

(() => {
  const EVERY = 1000;
  const page = document.querySelector("[data-progress]");

  function show(job) {
    for (const place of page.querySelectorAll("[data-word]")) {
      const words = job.words[place.dataset.word];
      if (place.textContent !== words) place.textContent = words;
    }
    const bar = page.querySelector("progress");
    bar.max = job.total || 1;
    bar.value = job.done;
    for (const form of page.querySelectorAll("form[data-state]")) {
      form.hidden = !form.dataset.state.split(" ").includes(job.state);
    }
    const retry = page.querySelector("form[data-failed]");
    if (retry) retry.hidden = !job.failed;
    showFailures(job.failures);
  }

  function showFailures(failures) {
    const section = page.querySelector("[data-failures]");
    section.hidden = !failures.length;
    section.querySelector("tbody").replaceChildren(...failures.map(row));
  }

  function row(failure) {
    const line = document.createElement("tr");
    const cells = [link(failure), failure.picture, failure.error].map((content) => {
      const cell = document.createElement("td");
      cell.append(content);
      return cell;
    });
    line.append(...cells);
    return line;
  }

  function link(failure) {
    if (!failure.url) return failure.key;
    const anchor = document.createElement("a");
    anchor.href = failure.url;
    anchor.textContent = failure.key;
    return anchor;
  }

  async function look() {
    let over = false;
    try {
      const response = await fetch(page.dataset.progress, { headers: { Accept: "application/json" } });
      if (response.redirected || response.status === 403) return location.reload();
      if (response.ok) {
        const job = await response.json();
        show(job);
        over = job.is_over;
      }
    } catch {
      // The web process is being restarted; it is asked again.
    }
    if (!over) setTimeout(look, EVERY);
  }

  setTimeout(look, EVERY);
})();
