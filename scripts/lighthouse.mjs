/**
 * `npm run lighthouse`: Lighthouse on the built studio, its first page and every tab after a demo, light and dark, as on a phone and as on
 * a desk. Fails below 100 for accessibility or best practices.
 */
import { desktopConfig, startFlow } from 'lighthouse';
import puppeteer from 'puppeteer-core';
import { preview } from 'vite';
import { browserPath } from './browser.mjs';

const minutes = 60_000;
const asked = ['accessibility', 'best-practices'];
const tabs = ['Training', 'Matrices', 'Compare', 'Export'];
const devices = [
  { device: 'phone', config: undefined },
  { device: 'desk', config: desktopConfig },
];

const server = await preview({ preview: { port: Number(process.env.PORT ?? 4173) } });
const url = server.resolvedUrls?.local[0] ?? '';
const browser = await puppeteer.launch({
  executablePath: await browserPath(),
  args: ['--no-sandbox', '--disable-quic'],
});
let failed = false;
for (const { device, config } of devices) {
  const page = await browser.newPage();
  const flow = await startFlow(page, {
    config,
    flags: { onlyCategories: [...asked, 'performance'], logLevel: 'error' },
  });
  await flow.navigate(url, { name: 'first page' });
  await playDemo(page);
  for (const tab of tabs) {
    await (await page.waitForSelector(`::-p-aria(${tab}[role="tab"])`))?.click();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      await flow.snapshot({ name: `${tab}, ${value}` });
    }
  }
  for (const { name, lhr } of (await flow.createFlowResult()).steps) tell(`${device}, ${name}`, lhr);
  await page.close();
}
await browser.close();
await server.close();
process.exitCode = failed ? 1 : 0;

/** @param {import('puppeteer-core').Page} page */
async function playDemo(page) {
  await (await page.waitForSelector('[data-testid=demo-mlp]'))?.click();
  await page.waitForSelector('[data-testid=run-state][data-state=done]', { timeout: 3 * minutes });
  await page.waitForFunction(
    () => /done/.test(document.querySelector('[data-testid=current-run]')?.textContent ?? ''),
    { timeout: 3 * minutes },
  );
}

/**
 * One line of scores, and under it what keeps one of those asked for below 100.
 * @param {string} name
 * @param {import('lighthouse').Result} result
 */
function tell(name, { categories, audits }) {
  const scores = Object.values(categories).flatMap(({ title, score }) =>
    // A page as it stands has no performance.
    score ? `${title} ${Math.round(100 * score)}` : [],
  );
  console.log(`${name}: ${scores.join(', ')}`);
  for (const id of asked) {
    const category = categories[id];
    if (!category || category.score === 1) continue;
    failed = true;
    for (const ref of category.auditRefs) {
      const audit = audits[ref.id];
      if (ref.weight > 0 && audit?.score !== null && audit && audit.score < 1) explain(audit);
    }
  }
}

/** @param {import('lighthouse').Result['audits'][string]} audit */
function explain({ id, title, details }) {
  console.log(`  ${id}: ${title}`);
  const items = details && 'items' in details && Array.isArray(details.items) ? details.items : [];
  for (const item of items.slice(0, 10)) console.log(`    ${item.node?.snippet ?? JSON.stringify(item)}`);
}
