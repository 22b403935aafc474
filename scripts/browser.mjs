/** Finds the Chromium that tests run in, and gets one when there is none. Plain Node. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, runs } from './command.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of the system's Chromium: CHROMIUM_PATH, else one on PATH. Undefined when there is none: Playwright then takes its own. */
export function systemBrowser() {
  const { CHROMIUM_PATH: chosen, PATH = '' } = process.env;
  if (chosen) return chosen;
  const candidates = names.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return candidates.find((path) => existsSync(path) && runs(path, '--version'));
}

/** Path of the Chromium that tests run in; it need not exist. */
export async function browserPath() {
  const { chromium } = await import('@playwright/test');
  return systemBrowser() ?? chromium.executablePath();
}

/** Whether there is a Chromium to test in, in the end: the system's, else Debian's package, else Playwright's download. */
export async function ensureBrowser() {
  if (existsSync(await browserPath()) && hasVulkan()) return true;
  console.log('Installing Chromium and its Vulkan loader …');
  if (process.getuid?.() === 0 && runs('apt-get', '--version')) await installPackage();
  if (!systemBrowser()) await run('npx', 'playwright', 'install', 'chromium');
  return existsSync(await browserPath());
}

/** Unit tests reach Chromium's software GPU through the loader of Debian's package libvulkan1. */
function hasVulkan() {
  return process.platform !== 'linux' || runs('sh', '-c', 'ldconfig -p | grep -q libvulkan.so.1');
}

async function installPackage() {
  await run('apt-get', 'update', '-qq');
  await run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium', 'libvulkan1');
}
