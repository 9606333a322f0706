// The charts of the face: each is described by JSON beside it, and has the same figures as a table.
import { BarChart, LineChart, MapChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GeoComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, registerMap, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, MapChart, SankeyChart, GeoComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, AriaComponent, SVGRenderer]);

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

const LAMPS = {
  light: { red: "#f3b8b4", yellow: "#f7e1a0", green: "#b9e0c6", none: "#e3e8ee" },
  dark: { red: "#a83a34", yellow: "#9a7414", green: "#1f7a48", none: "#24405f" },
};

/** The towns, each in its colour with its numbers; a click leads to the list of what stands there. */
function townMap(data, size) {
  const look = palette();
  const lamps = LAMPS[dark() ? "dark" : "light"];
  const rows = new Map(data.towns.map((one) => [one.name, one]));
  const words = data.words;
  const numbers = (one) => (data.judged ? `{r|◆${one.red}}  {y|▲${one.yellow}}  {g|●${one.green}}` : `${one.count}`);
  const said = ({ name }) => {
    const one = rows.get(name);
    if (!one) return name;
    const lamp = data.judged ? `<br>${words.red} ${one.red} · ${words.yellow} ${one.yellow} · ${words.green} ${one.green}` : "";
    return `<b>${name}</b><br>${words.count} ${one.count}${lamp}<br>${words.completion} ${one.completion}`;
  };
  registerMap("towns", data.shapes);
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.ink },
    tooltip: { trigger: "item", confine: true, formatter: said },
    series: [
      {
        type: "map",
        map: "towns",
        top: 6,
        bottom: 6,
        left: 6,
        right: 6,
        aspectScale: data.own ? undefined : 1,
        preserveAspect: "contain",
        selectedMode: false,
        label: {
          show: true,
          color: dark() ? "#fff" : "#1c2733",
          fontSize: size,
          lineHeight: size * 1.45,
          formatter: ({ name }) => (rows.has(name) ? `${name}\n${numbers(rows.get(name))}` : name),
          rich: Object.fromEntries([["r", dark() ? "#ffd0cb" : "#a5160d"], ["y", dark() ? "#ffe9ad" : "#7a5200"], ["g", dark() ? "#c4f3d3" : "#14663a"]].map(([key, color]) => [key, { color, fontSize: size - 1 }])),
        },
        itemStyle: { borderColor: dark() ? "#0c2647" : "#fff", borderWidth: 1.5 },
        emphasis: { label: { show: true, color: dark() ? "#fff" : "#1c2733" }, itemStyle: { areaColor: look.done, opacity: 0.75 } },
        data: data.shapes.features.map(({ properties: { name } }) => ({ name, value: rows.get(name)?.count ?? 0, itemStyle: { areaColor: lamps[rows.get(name)?.colour ?? "none"] }, cursor: rows.has(name) ? "pointer" : "default" })),
      },
    ],
  };
}

/** Which kinds need more than axes. */
function whole(kind, data, place) {
  if (kind === "sankey") return sankey(data, place.clientWidth < 480);
  return kind === "map" ? townMap(data, place.clientHeight > 390 ? 16 : 12) : option(kind, data);
}

export function draw(places) {
  for (const place of places) {
    if (place.dataset.drawn) continue;
    place.dataset.drawn = "yes";
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    if (place.dataset.kind === "sankey" && place.clientWidth < 480) place.style.height = "440px";
    const chart = init(place, null, { renderer: "svg" });
    chart.setOption(whole(place.dataset.kind ?? "curve", data, place));
    if (place.dataset.kind === "map") {
      const ways = new Map(data.towns.map((one) => [one.name, one.href]));
      chart.on("click", ({ name }) => ways.has(name) && location.assign(ways.get(name)));
    }
    new ResizeObserver(() => chart.resize()).observe(place);
  }
}
