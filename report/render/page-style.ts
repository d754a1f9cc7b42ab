/** Style of the page: light, readable in print, nothing from the network. */
export const pageStyle = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f7f8; color: #222; font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", Verdana, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 10px; }
p { margin: 6px 0; }
.quiet { color: #5b5b5b; }
.warning { background: #fff4e0; border-left: 4px solid #d55e00; padding: 8px 12px; margin: 14px 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
.figures div { background: #fff; border: 1px solid #e2e4e7; border-radius: 6px; padding: 10px 14px; }
.figures dt { color: #5b5b5b; font-size: 13px; }
.figures dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures small { display: block; font-size: 12px; font-weight: 400; color: #5b5b5b; }
figure { background: #fff; border: 1px solid #e2e4e7; border-radius: 6px; margin: 18px 0; padding: 8px 12px 12px; break-inside: avoid; }
figure svg { display: block; width: auto; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { color: #5b5b5b; font-size: 13px; padding: 0 12px; }
.scroll { overflow-x: auto; background: #fff; border: 1px solid #e2e4e7; border-radius: 6px; margin: 12px 0; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 10px 9px 4px; font-weight: 600; font-size: 14px; }
th, td { padding: 6px 9px; text-align: left; border-top: 1px solid #eceef0; white-space: nowrap; }
thead th { border-top: 0; color: #5b5b5b; font-weight: 600; vertical-align: bottom; white-space: normal; }
tbody th { font-weight: 600; }
.number { text-align: right; }
code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { background: #fff; border: 1px solid #e2e4e7; border-radius: 6px; padding: 10px 14px; overflow-x: auto; margin: 8px 0; }
details { margin: 10px 0; }
summary { cursor: pointer; }
#tip { position: fixed; z-index: 1; pointer-events: none; background: #222; color: #fff; border-radius: 4px; padding: 6px 9px; font-size: 12px; line-height: 1.4; max-width: 340px; }
#tip div:first-child { font-weight: 600; }
#tip[hidden] { display: none; }
[data-near] { stroke: #000; stroke-width: 2px; }
@media print { body { background: #fff; } #tip { display: none; } }
`;
