// The small pictures show the large ones without moving the page; without this file they are plain links.
for (const gallery of document.querySelectorAll(".gallery")) {
  const strip = gallery.querySelector(".gallery-strip");
  const links = [...gallery.querySelectorAll(".gallery-small a")];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const mark = (current) => links.forEach((link) => link.toggleAttribute("data-current", link === current));
  const pictureOf = (link) => document.getElementById(link.hash.slice(1));
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const distance = pictureOf(link).getBoundingClientRect().x - strip.getBoundingClientRect().x;
      strip.scrollBy({ left: distance, behavior: calm.matches ? "auto" : "smooth" });
    });
  }
  const seen = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting)
      .forEach((entry) => mark(links.find((link) => pictureOf(link) === entry.target))),
    { root: strip, threshold: 0.6 },
  );
  links.forEach((link) => seen.observe(pictureOf(link)));
}
