/** A folder as one file: a zip without compression, because images are compressed already. No library, no memory for the content. */

/** A zip can have this many files without the extension ZIP64. */
const MAX_MEMBERS = 65_535;
/** 1 January 1980, the first date that a zip can have: always the same, so that the same files give the same zip. */
const DATE = (1 << 5) | 1;
/** Names are UTF-8. */
const UTF8 = 1 << 11;

/** A file and its path in the folder, such as "leaves/oak/3.png". @typedef {{path: string, file: Blob}} Member */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum that zips have. @param {Uint8Array} bytes */
export function crc32(bytes) {
  let value = -1;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}

/**
 * @param {Member[]} members
 * @param {(share: number) => void} [onProgress] called after each file; what it throws ends the packing
 * @returns {Promise<Blob>}
 * @throws {RangeError} there are too many files
 * @throws {DOMException} a file cannot be read
 */
export async function zipped(members, onProgress = () => {}) {
  if (members.length > MAX_MEMBERS) throw new RangeError(String(members.length));
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {BlobPart[]} */
  const directory = [];
  let [offset, directorySize] = [0, 0];
  for (const [i, { path, file }] of members.entries()) {
    const name = new TextEncoder().encode(path);
    const common = [UTF8, 0, 0, DATE]; // flags, not compressed, time, date
    const sizes = [crc32(new Uint8Array(await file.arrayBuffer())), file.size, file.size];
    const local = record(0x04034b50, [20, ...common], sizes, [name.length, 0]);
    const central = record(0x02014b50, [20, 20, ...common], sizes, [name.length, 0, 0, 0, 0], [0, offset]);
    parts.push(local, name, file);
    directory.push(central, name);
    offset += local.length + name.length + file.size;
    directorySize += central.length + name.length;
    onProgress((i + 1) / members.length);
  }
  const end = record(0x06054b50, [0, 0, members.length, members.length], [directorySize, offset], [0]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/**
 * A signature and fields, little-endian: 16, 32, 16 and 32 bits wide in turn.
 * @param {number} signature
 * @param {number[][]} fields
 */
function record(signature, ...fields) {
  const wide = fields.map((group, i) => group.length * (i % 2 ? 4 : 2));
  const bytes = new Uint8Array(4 + wide.reduce((sum, width) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signature, true);
  let offset = 4;
  fields.forEach((group, i) => {
    for (const value of group) {
      if (i % 2) view.setUint32(offset, value, true);
      else view.setUint16(offset, value, true);
      offset += i % 2 ? 4 : 2;
    }
  });
  return bytes;
}

/**
 * All files below a dropped folder, without hidden ones.
 * @param {FileSystemEntry} entry
 * @returns {Promise<Member[]>}
 */
export async function membersOf(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) {
    const { file, fullPath } = /** @type {FileSystemFileEntry} */ (entry);
    /** @type {File} */
    const opened = await new Promise((done, fail) => file.call(entry, done, fail));
    return [{ path: fullPath.replace(/^\//, ""), file: opened }];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {Member[]} */
  const members = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done, fail) => reader.readEntries(done, fail)); // some at a time, then none
    if (!some.length) return members;
    for (const inner of some) for (const member of await membersOf(inner)) members.push(member);
  }
}

/** The files of a folder that was chosen in a dialog, without hidden ones. @param {File[]} files @returns {Member[]} */
export function chosenMembers(files) {
  return files
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")));
}
