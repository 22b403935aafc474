/** Test support: the Vulkan driver that Dawn is given on Linux, where it reaches a GPU through Vulkan alone. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { browserPath } from '../../../../scripts/browser.mjs';

/**
 * Path of a software driver's description: SwiftShader, which every Chromium brings, else Mesa's lavapipe, which Dawn
 * takes from Mesa 23 on. Undefined when there is neither: then the system's own drivers are left to find a GPU.
 */
export async function softwareDriver(): Promise<string | undefined> {
  const browser = await browserPath();
  return [...browserFolders(browser).map(swiftShaderIn), lavapipe()].find((file) => file && existsSync(file));
}

/** Where a browser's libraries lie: beside it, or in /usr/lib when its path is a package's launcher. */
function browserFolders(browser: string): string[] {
  const folders = [join('/usr/lib', basename(browser))];
  return existsSync(browser) ? [dirname(realpathSync(browser)), ...folders] : folders;
}

const swiftShaderIn = (folder: string): string => join(folder, 'vk_swiftshader_icd.json');

function lavapipe(): string | undefined {
  const folder = '/usr/share/vulkan/icd.d';
  const file = existsSync(folder) ? readdirSync(folder).find((name) => name.startsWith('lvp_icd')) : undefined;
  return file && join(folder, file);
}
