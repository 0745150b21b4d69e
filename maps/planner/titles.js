// What is on the map, in a title: "Điểm nóng đỗ xe (chờ xử lý; quá hạn)".

/** The title of what was asked of /v1/hotspots. */
export function titleOf(question, categories, speech) {
  const { words } = speech;
  const category = categories.find(({ code }) => code === question.category);
  const title = category ? words.titles[question.view](lowered(speech.nameOf(category), speech)) : words.titlesOfAll[question.view];
  const only = filtersInWords(question, speech);
  return only ? `${title} (${only})` : title;
}

/** Which reports are left in, if not all: "chờ xử lý, từ chối; kênh: web; quá hạn"; else "". */
function filtersInWords({ status, channel, overdue }, speech) {
  const { words } = speech;
  const parts = [];
  if (status.length) parts.push(status.map((one) => lowered(words.statuses[one], speech)).join(", "));
  if (channel.length) parts.push(words.onlyChannels(channel.map((one) => words.channels[one]).join(", ")));
  if (overdue) parts.push(words.onlyOverdue);
  return parts.join("; ");
}

/* Within a title a Vietnamese name begins small; an English one begins the title, or is a name of a state. */
function lowered(name, { language }) {
  return language === "vi" ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}
