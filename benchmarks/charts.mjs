import { init, use } from 'echarts/core';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const OURS = '#362d59';
const OTHERS = '#b9b4c7';
const text = { fontFamily: 'sans-serif', color: '#333' };

function draw(option, { width, height }) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ backgroundColor: '#fff', animation: false, textStyle: text, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

/** What each kind of request adds to a bare one, in HMACs, on the latest axios. */
export function drawCosts({ requests, axios }) {
  const rows = requests[axios].filter(({ name }) => name !== 'floor' && name !== 'bare').toReversed();
  const isOurs = (name) => !/^(axios|aws4)/.test(name);
  return draw(
    {
      title: {
        text: `Time added to a bare axios ${axios} request`,
        subtext: 'in HMAC-SHA256 of a 40-byte payload; shorter is better',
        left: 12,
        textStyle: { ...text, fontSize: 16 },
      },
      grid: { left: 390, right: 60, top: 70, bottom: 30 },
      xAxis: { type: 'value' },
      yAxis: { type: 'category', data: rows.map(({ name }) => name), axisTick: { show: false } },
      series: [
        {
          type: 'bar',
          data: rows.map(({ name, ratio }) => ({
            value: Number(ratio.toFixed(2)),
            itemStyle: { color: isOurs(name) ? OURS : OTHERS },
          })),
          label: { show: true, position: 'right', formatter: '{c} ×' },
        },
      ],
    },
    { width: 900, height: 90 + rows.length * 30 },
  );
}

/** How the added time grows: four panels. */
export function drawScale({ viewers, concurrency, bodies, headers }) {
  const panels = [
    { title: 'distinct viewers', unit: 'added, µs', points: added(viewers, 'plugin'), log: true },
    { title: 'requests in flight', unit: 'added, µs', points: added(concurrency, 'plugin'), log: true },
    { title: 'bytes of the body', unit: 'added, µs', points: added(bodies.slice(1), 'seer'), log: true, logY: true },
    { title: "headers of the caller's", unit: 'added, µs', points: added(headers, 'plugin') },
  ];
  const place = (index) => ({ left: index % 2 === 0 ? '8%' : '57%', top: index < 2 ? '10%' : '58%' });
  return draw(
    {
      title: panels.map(({ title, unit }, index) => ({
        text: `${unit}, by ${title}`,
        left: place(index).left,
        top: index < 2 ? '1%' : '50%',
        textStyle: { ...text, fontSize: 14 },
      })),
      grid: panels.map((_, index) => ({ ...place(index), width: '38%', height: '33%' })),
      xAxis: panels.map(({ log }, gridIndex) => ({
        type: log ? 'log' : 'value',
        gridIndex,
        splitLine: { show: false },
      })),
      yAxis: panels.map(({ logY }, gridIndex) => ({ type: logY ? 'log' : 'value', gridIndex, min: logY ? 1 : 0 })),
      series: panels.map(({ points }, index) => ({
        type: 'line',
        xAxisIndex: index,
        yAxisIndex: index,
        data: points,
        color: OURS,
        symbolSize: 7,
      })),
    },
    { width: 860, height: 560 },
  );
}

const added = (results, name) =>
  results.map((result) => [result.value, Number((result[name].addedNs / 1e3).toFixed(2))]);
