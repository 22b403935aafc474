/** Line drawings on a 16 × 16 grid, in the colour of the text. */
const paths = {
  chevron: 'M4 6l4 4 4-4',
  up: 'M8 12.5v-9M4 7.5l4-4 4 4',
  down: 'M8 3.5v9M4 8.5l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  play: 'M5 3.5v9l7.5-4.5z',
  back: 'M11 3.5v9L3.5 8z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  step: 'M4 3.5v9l6-4.5zM12 3.5v9',
  stop: 'M4.5 4.5h7v7h-7z',
  file: 'M4 1.5h5l3 3v10H4zM9 1.5v3h3',
  download: 'M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 100 3.6 1.8 1.8 0 000-3.6z',
  hidden:
    'M2 2l12 12M6.3 3.8A7 7 0 018 3.5c4 0 6.5 4.5 6.5 4.500a12 12 0 01-2 2.500M4 5.200C2.4 6.4 1.5 8 1.5 8S4 12.5 8 12.500a7 7 0 002.5-.5',
  copy: 'M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3',
  check: 'M3 8.500l3.5 3.500L13 4.5',
  folder: 'M1.5 3.5h4.5l1.5 2h7v7.5h-13z',
  link: 'M6.500 9.500l3-3M7.500 4.500l1.300-1.300a2.800 2.800 0 014 4L11.500 8.500M8.500 11.500l-1.300 1.300a2.800 2.800 0 01-4-4L4.500 7.500',
  undo: 'M5.500 3L2.500 6l3 3M2.500 6h7a4 4 0 010 8h-3',
  redo: 'M10.500 3l3 3-3 3M13.500 6h-7a4 4 0 000 8h3',
  warning: 'M8 2L1.5 13.500h13zM8 6.500v3M8 11.500v.2',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
