/** A run that is kept, whose worker ends, and whose tab is closed, for `npm run screenshots`. */

/**
 * From any page of the studio.
 * @param {import('@playwright/test').Page} page
 * @param {(state: string) => Promise<unknown>} shoot
 */
export async function keptRuns(page, shoot) {
  const home = page.url().replace(/#.*/, '');
  await page.goto('about:blank');
  await page.goto(home);
  await page.getByTestId('demo-vit').click();
  await page.getByTestId('run-kept').waitFor({ timeout: 120_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await shoot('kept-run');
  const worker = page.workers().find((one) => /studio\.worker/.test(one.url()));
  await worker?.evaluate(() => self.close()).catch(() => {});
  await page.getByTestId('run-note').waitFor({ timeout: 60_000 });
  await page.waitForTimeout(800);
  await shoot('worker-replaced');

  await page.goto('about:blank');
  await page.goto(home);
  await page.getByText('was broken off').waitFor();
  await page.waitForTimeout(800);
  await shoot('returning-to-broken');
}
