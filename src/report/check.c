/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "report/notes.h"
#include "report/page.h"
#include "report/piece.h"
#include "report/report.h"

/** Columns of one kernel in the table, and those that a terminal surely has. */
#define CELL_WIDTH  6
#define TABLE_WIDTH 79
/** Kernels side by side: with more there would be no room for the packages. */
#define KERNELS_ABREAST 7
/** Symbols named of what does not fit; a wrong kernel makes thousands. */
#define SYMBOLS_SHOWN 10

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Of a bare module the file's name is enough, unless it stands for two. */
static const char *short_name(const struct check *check, size_t kmp)
{
	const struct kmp *items = check->kmps.items;
	const char *name = kmp_label(&items[kmp]);

	if (items[kmp].driver.nevra)
		return name;
	for (size_t i = 0; i < check->kmps.count; i++)
		if (i != kmp && !items[i].driver.nevra &&
		    text_equal(base_name(items[i].path), base_name(name)))
			return name;
	return base_name(name);
}

static void put_kernels(const struct page *page, const struct check *check)
{
	for (size_t i = 0; i < check->kernel_count; i++) {
		const struct kernel *kernel = &check->kernels[i];
		auto_free char *label = text_format("Kernel %zu", i + 1), *text = NULL;

		if (kernel->symbols)
			text = text_format("(%zu symbols from %s)",
					   symbol_table_count(kernel->symbols),
					   kernel->symbols_from ? kernel->symbols_from : "?");
		page_row(page, &(struct page_row){
				       .label = label ? label : "?",
				       .label_width = strlen("Kernel 1"),
				       .lead = kernel->release,
				       .ink = INK_BOLD,
				       .text = text ? text : "(symbols not known)",
			       });
	}
}

/* The columns of the kernels FIRST to LAST - 1, of KMP or, if that is SIZE_MAX, their numbers. */
static char *cells(const struct check *check, size_t kmp, size_t first, size_t last)
{
	char *line = strdup("");

	for (size_t i = first; i < last && line; i++) {
		auto_free char *before = line, *number = text_format("%zu", i + 1);
		const char *word = kmp == SIZE_MAX                      ? number
				   : check_verdict(check, i, kmp)->fits ? "fits"
									: "no";

		line = text_format("%s%*s", before, CELL_WIDTH, word ? word : "?");
	}
	return line;
}

static enum ink ink_of(const struct check *check, size_t kmp, size_t first, size_t last)
{
	size_t fits = 0;

	for (size_t i = first; i < last; i++)
		fits += check_verdict(check, i, kmp)->fits;
	return fits == last - first ? INK_GOOD : fits ? INK_CAREFUL : INK_BAD;
}

/* The column of packages: as wide as they are, and as the kernels leave room for. */
static unsigned int name_width(const struct check *check, size_t abreast)
{
	unsigned int widest = 0, room = TABLE_WIDTH - 4 - CELL_WIDTH * (unsigned int)abreast;

	for (size_t i = 0; i < check->kmps.count; i++) {
		unsigned int columns = page_columns(short_name(check, i));

		widest = columns > widest ? columns : widest;
	}
	return widest < room ? widest : room;
}

static void put_table(const struct page *page, const struct check *check, size_t first, size_t last)
{
	unsigned int width = name_width(check, last - first);
	auto_free char *head = cells(check, SIZE_MAX, first, last);
	struct page_row row = {
		.indent = 2, .label = "", .label_width = width, .lead = head, .ink = INK_BOLD
	};

	page_gap(page);
	page_row(page, &row);
	for (size_t i = 0; i < check->kmps.count; i++) {
		auto_free char *line = cells(check, i, first, last);

		row.label = short_name(check, i);
		row.lead = line;
		row.ink = ink_of(check, i, first, last);
		page_row(page, &row);
	}
}

static void put_symbols(const struct page *page, const char *what, const struct strings *symbols)
{
	bool cut = !page->style->verbose && symbols->count > SYMBOLS_SHOWN;
	struct strings shown = { symbols->items, cut ? SYMBOLS_SHOWN : symbols->count };
	auto_free char *text = strings_join(&shown, ", ");

	if (symbols->count == 0)
		return;
	if (cut)
		page_line(page, 6, INK_PLAIN, "%s: %s and %zu more", what, text ? text : "?",
			  symbols->count - shown.count);
	else
		page_line(page, 6, INK_PLAIN, "%s: %s", what, text ? text : "?");
}

static bool same_strings(const struct strings *left, const struct strings *right)
{
	for (size_t i = 0; i < left->count && i < right->count; i++)
		if (!text_equal(left->items[i], right->items[i]))
			return false;
	return left->count == right->count;
}

/* Would the two be told in the same words? */
static bool same_refusal(const struct check_verdict *left, const struct check_verdict *right)
{
	return !left->fits && !right->fits && text_equal(left->detail, right->detail) &&
	       same_strings(&left->kabi.missing, &right->kabi.missing) &&
	       same_strings(&left->kabi.differing, &right->kabi.differing) &&
	       same_strings(&left->kabi.unverified, &right->kabi.unverified);
}

/* Is the refusal of KMP by KERNEL the same as that by a kernel before? */
static bool told_before(const struct check *check, size_t kernel, size_t kmp)
{
	for (size_t i = 0; i < kernel; i++)
		if (same_refusal(check_verdict(check, i, kmp), check_verdict(check, kernel, kmp)))
			return true;
	return false;
}

/* "kernel 2" or "kernels 2, 3": those that refuse KMP as KERNEL does. */
static char *refusing_kernels(const struct check *check, size_t kernel, size_t kmp)
{
	auto_strings struct strings numbers = { 0 };
	auto_free char *joined = NULL;

	for (size_t i = kernel; i < check->kernel_count; i++)
		if (same_refusal(check_verdict(check, i, kmp), check_verdict(check, kernel, kmp)) &&
		    strings_addf(&numbers, "%zu", i + 1) < 0)
			return NULL;
	joined = strings_join(&numbers, ", ");
	return joined ? text_format("kernel%s %s", numbers.count == 1 ? "" : "s", joined) : NULL;
}

static void put_refusals(const struct page *page, const struct check *check, size_t kmp)
{
	for (size_t i = 0; i < check->kernel_count; i++) {
		const struct check_verdict *verdict = check_verdict(check, i, kmp);
		auto_free char *kernels = NULL;

		if (verdict->fits || told_before(check, i, kmp))
			continue;
		kernels = refusing_kernels(check, i, kmp);
		page_line(page, 4, INK_PLAIN, "%s: %s [%s]", kernels ? kernels : "?",
			  verdict->detail ? verdict->detail : "?", reason_id(verdict->reason));
		put_symbols(page, "missing", &verdict->kabi.missing);
		put_symbols(page, "other CRC", &verdict->kabi.differing);
		put_symbols(page, "nothing known", &verdict->kabi.unverified);
	}
}

static bool fits_all(const struct check *check, size_t kmp)
{
	for (size_t i = 0; i < check->kernel_count; i++)
		if (!check_verdict(check, i, kmp)->fits)
			return false;
	return true;
}

static size_t count_fitting(const struct check *check)
{
	size_t count = 0;

	for (size_t i = 0; i < check->kmps.count; i++)
		count += fits_all(check, i);
	return count;
}

/* As in a plan, what there is to note of what does not fit is shown only when verbose. */
static bool has_note(const struct notes *notes, const struct check_verdict *verdict,
		     const struct diagnostic *note)
{
	if (!verdict->fits && !notes->page->style->verbose)
		return false;
	for (size_t i = 0; i < verdict->diagnostics.count; i++)
		if (text_equal(verdict->diagnostics.items[i].text, note->text))
			return true;
	return false;
}

/* Whom NOTE is about: KMP and, if they differ in it, the kernels from KERNEL on. Owned. */
static char *noted(const struct notes *notes, const struct check *check, size_t kernel, size_t kmp,
		   const struct diagnostic *note)
{
	auto_strings struct strings numbers = { 0 };
	auto_free char *joined = NULL;

	for (size_t i = kernel; i < check->kernel_count; i++)
		if (has_note(notes, check_verdict(check, i, kmp), note) &&
		    strings_addf(&numbers, "%zu", i + 1) < 0)
			return NULL;
	if (numbers.count == check->kernel_count)
		return strdup(short_name(check, kmp));
	joined = strings_join(&numbers, ", ");
	return joined ? text_format("%s, kernel%s %s", short_name(check, kmp),
				    numbers.count == 1 ? "" : "s", joined)
		      : NULL;
}

static void put_notes_of(struct notes *notes, const struct check *check, size_t kernel, size_t kmp)
{
	const struct check_verdict *verdict = check_verdict(check, kernel, kmp);

	for (size_t i = 0; i < verdict->diagnostics.count; i++) {
		const struct diagnostic *note = &verdict->diagnostics.items[i];
		auto_free char *about = noted(notes, check, kernel, kmp, note);
		bool told = false;

		for (size_t j = 0; j < kernel; j++)
			told |= has_note(notes, check_verdict(check, j, kmp), note);
		if (!told && has_note(notes, verdict, note))
			notes_put(notes, about ? about : "?", note);
	}
}

static void put_notes(const struct page *page, const struct check *check)
{
	struct notes notes = { .page = page };

	for (size_t i = 0; i < check->kmps.count; i++)
		for (size_t j = 0; j < check->kernel_count; j++)
			put_notes_of(&notes, check, j, i);
	notes_finish(&notes);
}

static size_t count_judged(const struct check *check)
{
	size_t count = 0;

	for (size_t i = 0; i < check->kmps.count; i++)
		count += check->kmps.items[i].trust.status != TRUST_UNCHECKED;
	return count;
}

/* Who vouches for the RPMs: that decides nothing here, but when they are staged. */
static void put_signatures(const struct page *page, const struct check *check)
{
	if (count_judged(check) == 0)
		return;
	page_gap(page);
	page_line(page, 0, INK_BOLD, "Who vouches for them");
	page_gap(page);
	for (size_t i = 0; i < check->kmps.count; i++) {
		const struct trust *trust = &check->kmps.items[i].trust;
		auto_free char *text = trust_text(trust);
		bool good = trust_is_good(trust);

		if (trust->status != TRUST_UNCHECKED)
			page_line(page, 2, good ? INK_PLAIN : INK_CAREFUL, "%s: %s%s",
				  short_name(check, i),
				  good ? "" : "not trusted: ", text ? text : "?");
	}
}

static void put_outcome(const struct page *page, const struct check *check)
{
	size_t fitting = count_fitting(check), count = check->kmps.count;

	page_gap(page);
	if (count == 0)
		page_line(page, 0, INK_BOLD, "No driver package is installed: nothing to check.");
	else
		page_line(page, 0, INK_BOLD, "%zu of %zu fit%s %s.", fitting, count,
			  fitting == 1 ? "s" : "",
			  check->kernel_count == 1 ? "the kernel" : "all kernels");
}

void report_check_text(const struct check *check, const struct report_style *style, FILE *out)
{
	const struct page page = { out, style };
	size_t left = check->kmps.count - count_fitting(check);

	put_kernels(&page, check);
	for (size_t i = 0; i < check->kernel_count && check->kmps.count; i += KERNELS_ABREAST)
		put_table(&page, check, i,
			  i + KERNELS_ABREAST < check->kernel_count ? i + KERNELS_ABREAST
								    : check->kernel_count);
	if (left) {
		page_gap(&page);
		page_line(&page, 0, INK_BOLD, "What does not fit");
	}
	for (size_t i = 0; i < check->kmps.count; i++) {
		if (fits_all(check, i))
			continue;
		page_gap(&page);
		page_line(&page, 2, INK_PLAIN, "%s%s", kmp_label(&check->kmps.items[i]),
			  check->kmps.items[i].in_use ? ", in use" : "");
		put_refusals(&page, check, i);
	}
	put_signatures(&page, check);
	put_notes(&page, check);
	put_outcome(&page, check);
}

static struct json *verdict_object(const struct check *check, size_t kernel, size_t index)
{
	const struct check_verdict *verdict = check_verdict(check, kernel, index);
	const struct kmp *kmp = &check->kmps.items[index];
	struct json *object = json_new_object();

	json_set_text(object, "nevra", kmp->driver.nevra);
	json_set_text(object, "path", kmp->path);
	if (check->installed)
		json_set_bool(object, "in_use", kmp->in_use);
	json_set_text(object, "verdict", verdict->fits ? "fits" : "fits-not");
	json_set_text(object, "reason", verdict->fits ? NULL : reason_id(verdict->reason));
	json_set_text(object, "detail", verdict->detail);
	json_set_text(object, "culprit", verdict->culprit);
	json_set(object, "kabi", piece_kabi(&verdict->kabi));
	if (kmp->trust.status != TRUST_UNCHECKED)
		json_set(object, "trust", piece_trust(&kmp->trust));
	json_set(object, "diagnostics", piece_diagnostics(&verdict->diagnostics));
	return object;
}

struct json *report_check_json(const struct check *check, int exit)
{
	struct json *document = piece_document(), *kernels = json_new_array();
	struct json *result = json_new_object();
	size_t fitting = count_fitting(check);

	for (size_t i = 0; i < check->kernel_count; i++) {
		struct json *kernel = piece_kernel(&check->kernels[i]),
			    *packages = json_new_array();

		for (size_t j = 0; j < check->kmps.count; j++)
			json_append(packages, verdict_object(check, i, j));
		json_set(kernel, "packages", packages);
		json_append(kernels, kernel);
	}
	json_set(document, "kernels", kernels);
	json_set_number(result, "exit", exit);
	json_set_number(result, "fitting", (int64_t)fitting);
	json_set_number(result, "refused", (int64_t)(check->kmps.count - fitting));
	json_set(document, "result", result);
	return document;
}
