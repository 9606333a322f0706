// The charts of the face: each is described by JSON beside it, and has the same figures as a table.
import { BarChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, SankeyChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, AriaComponent, SVGRenderer]);

const dark = () => document.querySelector('[data-bs-theme="dark"]') !== null;

function palette() {
  const ink = dark() ? "#c8d5e6" : "#3b4a5c";
  return { ink, line: dark() ? "#2b4468" : "#dfe5ec", plan: dark() ? "#7f93ad" : "#8a99ab", done: dark() ? "#4fb3ff" : "#0b5cab" };
}

function curve(data) {
  const look = palette();
  return {
    series: data.series.map((one, index) => ({
      name: one.name,
      type: "line",
      data: one.values,
      showSymbol: data.labels.length < 14,
      symbolSize: 6,
      lineStyle: { width: 2.5, type: index === 0 ? "dashed" : "solid" },
      itemStyle: { color: index === 0 ? look.plan : look.done },
      areaStyle: index === 0 ? undefined : { opacity: 0.08 },
      connectNulls: false,
      markLine: data.mark && index === 0 ? { symbol: "none", silent: true, label: { formatter: data.mark.said }, data: [{ xAxis: data.mark.at }] } : undefined,
    })),
  };
}

function bars(data) {
  const look = palette();
  const colours = data.colours ?? [look.done, "#5b8def", "#94b8e8"];
  return {
    series: data.series.map((one, index) => ({
      name: one.name,
      type: "bar",
      stack: data.stacked ? "all" : undefined,
      data: one.values,
      barMaxWidth: 26,
      itemStyle: { color: colours[index % colours.length] },
    })),
  };
}

function option(kind, data) {
  const look = palette();
  const labels = { type: "category", data: data.labels, axisLabel: { color: look.ink }, axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false } };
  const amounts = { type: "value", name: data.unit, nameTextStyle: { color: look.ink, align: "left" }, axisLabel: { color: look.ink }, splitLine: { lineStyle: { color: look.line } } };
  const lying = kind === "lying";
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.ink },
    tooltip: { trigger: "axis", confine: true, valueFormatter: (value) => (value == null ? "—" : `${Number(value).toLocaleString()} ${data.unit ?? ""}`) },
    legend: { show: data.series.length > 1, top: 0, right: 0, textStyle: { color: look.ink }, icon: "roundRect", itemWidth: 14, itemHeight: 6 },
    grid: { left: 8, right: 16, top: data.series.length > 1 || data.unit ? 34 : 10, bottom: 4, containLabel: true },
    xAxis: lying ? amounts : labels,
    yAxis: lying ? { ...labels, inverse: true } : amounts,
    ...(kind === "curve" ? curve(data) : bars(data)),
  };
}

/** What flowed from account to account; on narrow pages it runs downwards. */
function sankey(data, narrow) {
  const look = palette();
  const said = ({ data: one, dataType }) => (dataType === "edge" ? `${one.source} → ${one.target}<br>${one.said} ${data.unit}` : `${one.name}<br>${one.said} ${data.unit}`);
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.ink },
    tooltip: { trigger: "item", confine: true, formatter: said },
    series: [
      {
        type: "sankey",
        orient: narrow ? "vertical" : "horizontal",
        left: 8,
        right: narrow ? 8 : 130,
        top: 12,
        bottom: narrow ? 40 : 12,
        nodeWidth: 14,
        nodeGap: narrow ? 28 : 14,
        draggable: false,
        data: data.nodes.map((one) => ({ ...one, itemStyle: { color: one.colour } })),
        links: data.links,
        label: { color: look.ink, fontSize: 12, position: narrow ? "bottom" : "right", formatter: ({ data: one }) => (one.shown ? `${one.name}\n${one.shown}` : one.name) },
        lineStyle: { color: "gradient", opacity: 0.35 },
        emphasis: { focus: "adjacency" },
      },
    ],
  };
}

export function draw(places) {
  for (const place of places) {
    if (place.dataset.drawn) continue;
    place.dataset.drawn = "yes";
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    if (place.dataset.kind === "sankey" && place.clientWidth < 480) place.style.height = "440px";
    const chart = init(place, null, { renderer: "svg" });
    chart.setOption(place.dataset.kind === "sankey" ? sankey(data, place.clientWidth < 480) : option(place.dataset.kind ?? "curve", data));
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}
