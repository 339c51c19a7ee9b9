/** The ways in which files come: dropped, pasted, chosen, photographed. */

/** Watch them all; `receive` is called with a list of files. */
export function makeReceiver(receive) {
  const cover = document.querySelector("#let-go");
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

  for (const button of document.querySelectorAll("[data-choose]")) {
    button.addEventListener("click", () => document.getElementById(button.dataset.choose).click());
  }
  for (const field of document.querySelectorAll("[type=file]")) {
    field.addEventListener("change", async () => {
      const files = [...field.files];
      field.value = "";
      await receive(files);
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    receive(files);
  });
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    cover.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) cover.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    cover.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    receive([...event.dataTransfer.files]);
  });
}
