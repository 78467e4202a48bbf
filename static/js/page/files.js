/** Files that a user drops anywhere on the page. The module that receives them is loaded only when the first file is dragged here. */

/** What was dropped: its files, and folders as the browser describes them. @typedef {{files: File[], entries: FileSystemEntry[]}} Dropped */

/**
 * @param {() => Promise<{drag: (isOver: boolean) => void, drop: (dropped: Dropped) => unknown}>} loadReceiver `drag` is called when files are
 *   over the page, or have left it
 */
export function wireFiles(loadReceiver) {
  for (const type of /** @type {const} */ (["dragover", "dragleave", "drop"]))
    document.addEventListener(type, async (event) => {
      const { dataTransfer: data, relatedTarget } = event;
      if (!data?.types.includes("Files")) return;
      event.preventDefault();
      data.dropEffect = "copy";
      // both can be read only before this function waits
      const files = [...data.files];
      const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
      const receiver = await loadReceiver();
      receiver.drag(type === "dragover" || (type === "dragleave" && !!relatedTarget));
      if (type === "drop") receiver.drop({ files, entries });
    });
}
