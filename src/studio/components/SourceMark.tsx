/** A source's colour. */
export function SourceMark({ colour }: { colour: number }) {
  return <span className="source-mark" style={{ background: sourceColour(colour) }} aria-hidden="true" />;
}

/** Colours that the style sheet has for sources; more sources begin again. */
export const sourceColours = 16;

export const sourceColour = (colour: number): string => `var(--source-${colour % sourceColours})`;
