/** How a report looks, on a screen and on paper. */
export const style = `
body { max-width: 820px; margin: 32px auto; padding: 0 20px; background: #fff; color: #1b1e22; font: 14px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 8px; font-size: 24px; }
h2 { margin: 28px 0 8px; font-size: 16px; }
p { margin: 6px 0; }
.quiet { color: #61656b; font-size: 12px; }
.summary { padding-left: 18px; }
section { break-inside: avoid; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid #e3e1db; text-align: left; font-weight: 400; vertical-align: top; }
thead th { color: #61656b; font-size: 12px; }
th.number, td.number { text-align: right; }
figure { margin: 0; }
figure svg { max-width: 100%; height: auto; }
figcaption span { margin-right: 16px; }
i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1px 18px; margin: 8px 0; }
dt { color: #61656b; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { padding: 10px; background: #f5f4f0; border-radius: 6px; font-size: 12px; overflow-x: auto; }
`;
