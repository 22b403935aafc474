/** Longest wait for a picture: a tab behind others is not drawn at all. In milliseconds. */
const patience = 1000;

/** Resolves when what React has drawn can be seen. */
export const painted = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, patience);
    // The second frame begins when the first one is on the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
