interface Props {
  /** Colours from −max to max. */
  table: Uint32Array;
  max: string;
}

/** What the colours mean. */
export function ScaleLegend({ table, max }: Props) {
  const draw = (canvas: HTMLCanvasElement | null) => {
    const image = new ImageData(new Uint8ClampedArray(Uint32Array.from(table).buffer), table.length, 1);
    canvas?.getContext('2d')?.putImageData(image, 0, 0);
  };
  return (
    <p className="scale-legend" aria-label={`Colours go from −${max} over 0 to ${max}`}>
      <span>−{max}</span>
      <canvas ref={draw} width={table.length} height={1} aria-hidden="true" />
      <span data-testid="matrix-max">{max}</span>
    </p>
  );
}
