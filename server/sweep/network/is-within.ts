/** Whether a name is that of a layer or a group, or of something in it: `stage1/block2/conv1` is within `stage1`. */
export function isWithin(name: string, group: string): boolean {
  return name === group || name.startsWith(`${group}/`);
}
