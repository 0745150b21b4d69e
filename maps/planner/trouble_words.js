// What went wrong, in the reader's language and by what it means: the service's own words are English, and for programmers.

import { Problem } from "./api.js";

const WORDS = {
  vi: {
    400: "Dịch vụ không hiểu một lựa chọn trong địa chỉ.",
    401: "Khóa này không còn dùng được.",
    403: "Phần này cần khóa của cán bộ.",
    404: "Không tìm thấy.",
    429: "Quá nhiều yêu cầu cùng lúc: hãy đợi một phút.",
    500: "Dịch vụ gặp lỗi.",
    503: "Dịch vụ đang chuẩn bị số liệu: hãy thử lại sau ít phút.",
    lost: "Mất kết nối.",
  },
  en: {
    400: "The service does not know a choice in the address.",
    401: "This key no longer works.",
    403: "This takes an official's key.",
    404: "Not found.",
    429: "Too many requests at once: wait a minute.",
    500: "The service has failed.",
    503: "The service is still preparing its figures: try again in a few minutes.",
    lost: "The connection is lost.",
  },
};

/** Whether it was asked for something that there is not: asking again can't help, asking for something else does. */
export const isWrongQuestion = (error) => error instanceof Problem && [400, 404, 422].includes(error.status);

/** A sentence that says what an error means. */
export function troubleInWords(error, { language }) {
  const words = WORDS[language];
  if (!(error instanceof Problem)) return words.lost;
  return words[error.status] ?? words[error.status < 500 ? 400 : 500];
}
