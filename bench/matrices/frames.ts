/** Frames of a page while a heatmap is zoomed and moved with a real mouse. */
import type { Page } from '@playwright/test';

/** A mouse at the middle of a picture; turns or moves it a little, and answers once the browser has it. */
export type Move = (page: Page, turn: number, middle: { x: number; y: number }) => Promise<void>;

/** In and out again. */
export const zoom: Move = (page, turn) => page.mouse.wheel(0, turn % 80 < 40 ? -40 : 40);

/** Around, with the button pressed. */
export const pan: Move = (page, turn, { x, y }) =>
  page.mouse.move(x + 80 * Math.sin(turn / 10), y + 80 * Math.cos(turn / 10));

/** Milliseconds from each frame to the next while the picture moves. */
export async function frameTimes(page: Page, seconds: number, move: Move): Promise<number[]> {
  const box = await page.getByTestId('heatmap').boundingBox();
  if (!box) throw new Error('there is no picture');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  if (move === pan) {
    await page.mouse.wheel(0, -600);
    await page.mouse.down();
  }
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frames: times });
    const frame = (time: number) => {
      times.push(time);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const end = Date.now() + seconds * 1000;
  for (let turn = 0; Date.now() < end; turn++) await move(page, turn, middle);
  const times = await page.evaluate(() => (window as unknown as { frames: number[] }).frames.splice(0));
  await page.mouse.up();
  return times.slice(1).map((time, index) => time - times[index]!);
}
