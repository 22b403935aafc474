/** Which of many files belong together as one set of images, told by their names and folders. */
import { cifarClassesName, cifarName } from './cifar.ts';
import { idxName, idxStem } from './idx.ts';
import { baseName, folderOf, isHidden, isImagePath, partOf, withoutPart } from './paths.ts';

/** Files that are read together, by their paths. */
export interface ImageGroup {
  /** What they are called together. */
  name: string;
  paths: string[];
}

export interface GroupedFiles {
  groups: ImageGroup[];
  /** Files that belong to no group: checkpoints, archives, and single files of images. */
  others: string[];
}

/**
 * Groups the files of one drop: IDX files of a data set, batches of CIFAR, parquet splits, tables for training and for testing, and
 * folders of images. Everything else is left alone, hidden files included.
 */
export function groupImageFiles(paths: readonly string[]): GroupedFiles {
  const keys = keysOf(paths);
  const byKey = new Map<string, string[]>();
  for (const [index, path] of paths.entries()) {
    const key = keys[index];
    if (!key) continue;
    const members = byKey.get(key);
    if (members) members.push(path);
    else byKey.set(key, [path]);
  }
  const groups: ImageGroup[] = [];
  const grouped = new Set<string>();
  for (const members of byKey.values()) {
    if (!isGroup(members)) continue;
    groups.push({ name: groupName(members), paths: members });
    for (const path of members) grouped.add(path);
  }
  return { groups, others: paths.filter((path) => !grouped.has(path)) };
}

/** The folder that files have in common, or else their own folders; of files in none, the first one. */
export function groupName(paths: readonly string[]): string {
  const folders = [...new Set(paths.map(folderOf))].map((folder) => folder.split('/').slice(0, -1));
  const [first = []] = folders;
  let common = 0;
  while (common < first.length && folders.every((folder) => folder[common] === first[common])) common++;
  const shared = first[common - 1];
  if (shared !== undefined) return shared;
  const tops = [...new Set(folders.map(([top]) => top))].filter((top) => top !== undefined);
  if (tops.length === 0) return paths[0] ?? '';
  return tops.length > 3 ? `${tops.slice(0, 3).join(', ')}, …` : tops.join(', ');
}

/** The same for files that may belong together; null for a file that belongs to no other. */
function keysOf(paths: readonly string[]): (string | null)[] {
  const folders = paths.map((path) => folderOf(path).split('/').slice(0, -1));
  const withFolders = new Set(
    paths.flatMap((path, index) => (folders[index]!.length > 1 && isImagePath(path) ? [folders[index]![0]] : [])),
  );
  return paths.map((path, index) => {
    if (isHidden(path)) return null;
    if (isImagePath(path)) return treeKey(folders[index]!, withFolders);
    return tableKey(path);
  });
}

/** A folder of folders is one data set; folders of images alone are its classes, or its parts when they are called so. */
function treeKey([top, below]: readonly string[], withFolders: ReadonlySet<string | undefined>): string | null {
  if (top === undefined) return null;
  if (below !== undefined && partOf(top)) return 'parts';
  return withFolders.has(top) ? `tree ${top}` : 'classes';
}

function tableKey(path: string): string | null {
  const [name, folder] = [baseName(path), folderOf(path)];
  if (idxName.test(name)) return `idx ${folder}${idxStem(name)}`;
  if (cifarName.test(name) || cifarClassesName.test(name)) return `cifar ${folder}`;
  if (/\.parquet$/i.test(name)) return `parquet ${withoutPart(path.replace(shard, ''))}`;
  if (/\.[ct]sv(\.gz)?$/i.test(name)) return `table ${folder}${withoutPart(name)}`;
  return null;
}

/** What tells the files of one split apart: "-00000-of-00002", with or without a hash. */
const shard = /-?(\d+(-of-\d+)?)?(-[0-9a-f]{16})?\.parquet$/i;

/** Whether files of one key are a set of images: there are no two classes in one folder, and no split in one table. */
function isGroup(paths: readonly string[]): boolean {
  const [first = ''] = paths;
  const names = paths.map((path) => baseName(path).toLowerCase());
  if (isImagePath(first)) return new Set(paths.map(folderOf)).size > 1;
  if (cifarName.test(names[0] ?? '') || cifarClassesName.test(names[0] ?? '')) return isCifarGroup(names);
  const parts = new Set(names.map(partOf));
  return paths.length > 1 && (!/\.[ct]sv(\.gz)?$/.test(names[0] ?? '') || (parts.has('train') && parts.has('test')));
}

/** "train.bin" alone may be anything. */
function isCifarGroup(names: readonly string[]): boolean {
  const batches = names.filter((name) => cifarName.test(name));
  const telling = names.some((name) => name.includes('batch') || cifarClassesName.test(name));
  return batches.length > 0 && names.length > 1 && (telling || batches.length > 1);
}
