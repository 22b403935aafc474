/** Puts text into the clipboard; false where a browser keeps that to itself, as on a page that came without https. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
