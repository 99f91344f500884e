/* A photo in the shopper's browser: reduced before it is sent, and found again after a reload. */

const SIDE = 1024;
const KEPT = 4;
const PREFIX = "visualsearch:";

/** Return the photo upright and no longer than SIDE, as a canvas; null where this browser cannot read it. */
async function reduced(file) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

const asBlob = (canvas) => new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));

/** Keep the photo in this tab, under the name that the address knows; the oldest go first. */
function keep(id, canvas) {
  try {
    const names = JSON.parse(sessionStorage.getItem(PREFIX) || "[]").filter((name) => name !== id);
    names.push(id);
    for (const old of names.splice(0, Math.max(0, names.length - KEPT))) sessionStorage.removeItem(PREFIX + old);
    sessionStorage.setItem(PREFIX + id, canvas.toDataURL("image/jpeg", 0.85));
    sessionStorage.setItem(PREFIX, JSON.stringify(names));
  } catch {
    // Full or forbidden: the search goes on without it.
  }
}

/** Return the photo that this tab kept, as a canvas; null where it did not. */
async function recall(id) {
  let text = null;
  try {
    text = sessionStorage.getItem(PREFIX + id);
  } catch {
    return null;
  }
  if (!text) return null;
  const bytes = Uint8Array.from(atob(text.split(",")[1]), (letter) => letter.charCodeAt(0));
  return reduced(new Blob([bytes], { type: "image/jpeg" }));
}

Object.assign((globalThis.visualSearch ??= {}), { asBlob, keep, recall, reduced });
