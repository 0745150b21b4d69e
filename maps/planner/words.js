// Every word of the page, in both languages, and how each language writes numbers and dates.

import { datesIn } from "./dates.js";
import { VIEW_WORDS } from "./view_words.js";

const LOCALES = { vi: "vi-VN", en: "en-GB" };
const KIND = /^(Phường|Xã|Thị trấn|Thành phố|Tỉnh) | (Ward|Commune|Township|City|Province)$/;

const WORDS = {
  vi: {
    ...VIEW_WORDS.vi,
    title: "Hiện Trường",
    subtitle: "Bản đồ phản ánh",
    skip: "Đến bản đồ",
    parts: "Các phần của trang",
    legendMore: "Chú giải đầy đủ",
    tabs: { map: "Bản đồ", controls: "Xem, lọc", wards: "Phường, xã", series: "Theo ngày" },
    views: "Xem",
    categories: "Loại phản ánh",
    statuses: { waiting: "Chờ xử lý", in_progress: "Đang xử lý", resolved: "Đã xử lý", rejected: "Từ chối" },
    allCategories: "Tất cả",
    period: "Khoảng thời gian",
    from: "Từ ngày",
    to: "Đến ngày",
    lastDays: (days) => `${days} ngày qua`,
    lastYear: "12 tháng qua",
    ofYear: (year) => `Năm ${year}`,
    wholeTime: "Toàn bộ",
    wrongPeriod: "Ngày đầu phải trước hoặc trùng ngày cuối.",
    language: "Ngôn ngữ",
    map: "Bản đồ số phản ánh theo ô lục giác. Phím mũi tên để di chuyển, + và - để phóng to, thu nhỏ, Enter để xem ô ở giữa.",
    hexagons: ({ cells, reports }) => `${cells} ô có phản ánh, tổng cộng ${reports} phản ánh`,
    zoomIn: "Phóng to",
    zoomOut: "Thu nhỏ",
    legend: "Chú giải",
    cells: (count) => `${count} ô`,
    boundaries: ({ wards, date }) => `Địa giới: ${wards} phường, xã từ ${date}`,
    boundariesUntil: ({ wards, from, to }) => `Địa giới: ${wards} phường, xã từ ${from} đến trước ${to}`,
    source: ({ source }) => `Nguồn: ${source}`,
    schematic: "Ranh giới sơ đồ, không chính thức",
    publicView: ({ people, n }) =>
      `Bản công khai: chỉ các tháng đã qua; ${n} phản ánh không hiện theo ô vì ít hơn ${people} người phản ánh`,
    synthetic: ({ count, n }) =>
      count === n ? "Phản ánh minh hoạ, không có thật" : `${count} trong ${n} phản ánh là minh hoạ`,
    count: ({ n }) => `${n} phản ánh`,
    rank: ({ rank, cells }) => (rank === "1" ? `Nhiều nhất trong ${cells} ô` : `Nhiều thứ ${rank} trong ${cells} ô`),
    share: ({ share }) => `${share} số phản ánh đang hiển thị`,
    middle: "Tâm ô nằm ở đây; một ô có thể nằm trên nhiều phường, xã.",
    bySketch: "Xác định theo ranh giới sơ đồ.",
    nowhere: "Ngoài mọi phường, xã",
    locating: "Đang tìm phường, xã…",
    cellGone: "Không có phản ánh trong ô này.",
    close: "Đóng",
    empty: "Không có dữ liệu trong khoảng này",
    emptyView: "Không có phản ánh trong khung nhìn này",
    emptyHint: "Chọn khoảng thời gian dài hơn hoặc loại khác.",
    showAll: "Xem toàn bộ",
    lost: "Mất kết nối, đang thử lại…",
    refused: "Không tải được bản đồ",
    retry: "Thử lại",
  },
  en: {
    ...VIEW_WORDS.en,
    title: "Hiện Trường",
    subtitle: "Report map",
    skip: "Go to the map",
    parts: "Parts of the page",
    legendMore: "Full legend",
    tabs: { map: "Map", controls: "View, filter", wards: "Wards", series: "Over time" },
    views: "View",
    categories: "Kind of report",
    statuses: { waiting: "Waiting", in_progress: "In progress", resolved: "Resolved", rejected: "Rejected" },
    allCategories: "All",
    period: "Period",
    from: "From",
    to: "To",
    lastDays: (days) => `Last ${days} days`,
    lastYear: "Last 12 months",
    ofYear: (year) => String(year),
    wholeTime: "All time",
    wrongPeriod: "The first day must not be after the last.",
    language: "Language",
    map: "Map of report counts by hexagon. Arrow keys pan, + and - zoom, Enter shows the cell in the middle.",
    hexagons: ({ cells, reports }) => `${cells} cells with reports, ${reports} reports in all`,
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    legend: "Legend",
    cells: (count) => (count === "1" ? "1 cell" : `${count} cells`),
    boundaries: ({ wards, date }) => `Boundaries: ${wards} wards and communes since ${date}`,
    boundariesUntil: ({ wards, from, to }) => `Boundaries: ${wards} wards and communes, ${from} until before ${to}`,
    source: ({ source }) => `Source: ${source}`,
    schematic: "Schematic boundaries, not official",
    publicView: ({ people, n }) =>
      `Public view: months that are over; ${n} reports are not shown by hexagon, as fewer than ${people} people made them`,
    synthetic: ({ count, n }) =>
      count === n ? "Demo reports, not real" : `${count} of ${n} reports are demo data`,
    count: ({ n }) => (n === "1" ? "1 report" : `${n} reports`),
    rank: ({ rank, cells }) => (rank === "1" ? `Most of ${cells} cells` : `Number ${rank} of ${cells} cells`),
    share: ({ share }) => `${share} of the reports shown`,
    middle: "The middle of the cell is here; a cell may lie in several wards.",
    bySketch: "Found by schematic boundaries.",
    nowhere: "In no ward",
    locating: "Looking up the ward…",
    cellGone: "No reports in this cell.",
    close: "Close",
    empty: "Nothing in this period",
    emptyView: "No reports in this view",
    emptyHint: "Choose a longer period or another kind.",
    showAll: "Show everything",
    lost: "Connection lost, trying again…",
    refused: "The map could not be loaded",
    retry: "Try again",
  },
};

export const LANGUAGES = Object.keys(WORDS);

/** All that a language decides: its words, and how it writes numbers, shares, days and periods. */
export function speak(language) {
  const locale = LOCALES[language];
  const whole = new Intl.NumberFormat(locale);
  const rough = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 2 });
  const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const nameOf = ({ name, name_en: english }) => (language === "en" && english) || name;
  return {
    language,
    words: WORDS[language],
    number: (value) => whole.format(value),
    roughly: (value) => rough.format(value),
    share: (value) => percent.format(value).replace(/\s*%/, "\u00a0%"),
    exactly: (value) => exact.format(value),
    ...datesIn(language),
    nameOf,
    /** Without the kind of unit, for labels: "Phường Vĩnh Tuy" is Vĩnh Tuy. */
    shortNameOf: (unit) => nameOf(unit).replace(KIND, ""),
  };
}
