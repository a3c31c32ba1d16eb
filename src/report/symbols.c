/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/report.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "kernel/survey.h"
#include "report/page.h"
#include "report/piece.h"

/** Columns of the labels in the answer. */
#define LABEL_WIDTH 10

__attribute__((format(printf, 3, 4))) static void put(const struct page *page, const char *label,
						      const char *format, ...)
{
	auto_free char *text = NULL;
	va_list args;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	page_row(page, &(struct page_row){
			       .label = label,
			       .label_width = LABEL_WIDTH,
			       .text = text ? text : "?",
		       });
}

/* The items with ", " between them, or ABSENT if there are none; owned. */
static char *listed(const struct strings *list, const char *absent)
{
	return list->count ? strings_join(list, ", ") : strdup(absent);
}

/* What of the three compressions is read, e.g. "gzip, zstd"; owned. */
static char *compressions(bool known, bool gzip, bool xz, bool zstd)
{
	auto_strings struct strings names = { 0 };

	if (!known)
		return strdup("unknown");
	if ((gzip && strings_add(&names, "gzip") < 0) || (xz && strings_add(&names, "xz") < 0) ||
	    (zstd && strings_add(&names, "zstd") < 0))
		return NULL;
	return listed(&names, "none");
}

static void put_decompressors(const struct page *page, const struct decompressors *d)
{
	auto_free char *kmod = compressions(d->kmod_known, d->kmod_gzip, d->kmod_xz, d->kmod_zstd);
	auto_free char *kernel =
		compressions(d->kernel_known, d->kernel_gzip, d->kernel_xz, d->kernel_zstd);

	put(page, "Unpacks", "kmod: %s; kernel: %s", kmod ? kmod : "?", kernel ? kernel : "?");
}

static const char *word(enum answer answer)
{
	static const char *const words[] = {
		[ANSWER_UNKNOWN] = "unknown",
		[ANSWER_NO] = "no",
		[ANSWER_YES] = "yes",
	};

	return words[answer];
}

static void put_enforcement(const struct page *page, const struct enforcement *enforcement)
{
	const char *lockdown = lockdown_id(enforcement->lockdown);

	put(page, "Signatures", "asked for: %s (module.sig_enforce: %s, lockdown: %s)",
	    word(enforcement_asks_signature(enforcement)), word(enforcement->sig_enforce),
	    lockdown ? lockdown : "unknown");
	if (enforcement->secure_boot != ANSWER_UNKNOWN)
		put(page, "", "Secure Boot: %s", word(enforcement->secure_boot));
	if (enforcement->tells_supported == ANSWER_YES)
		put(page, "", "modules that are not supported are refused: %s",
		    word(enforcement_asks_support(enforcement)));
}

static void put_system(const struct page *page, const struct kernel *kernel)
{
	auto_free char *signers = listed(&kernel->signers.own, "unknown");
	auto_free char *blacklist = listed(&kernel->blacklist, "none");

	put(page, "Kernel", "%s (flavor %s, %s)", kernel->release, kernel->flavor,
	    kernel->arch ? kernel->arch : "architecture unknown");
	put(page, "Vermagic", "%s", kernel->vermagic ? kernel->vermagic : "unknown");
	if (kernel->tree_known || kernel->builtins.count)
		put(page, "Built in", "%zu modules", kernel->builtins.count);
	else
		put(page, "Built in", "unknown");
	put(page, "Signers", "%s", signers ? signers : "?");
	put_enforcement(page, &kernel->enforcement);
	put(page, "Blacklist", "%s", blacklist ? blacklist : "?");
	put_decompressors(page, &kernel->decompressors);
}

static void put_survey(const struct page *page, const struct kernel *kernel,
		       const struct survey *survey)
{
	auto_free char *name_spaces = page->style->verbose
					      ? listed(&survey->name_spaces, "none")
					      : text_format("%zu", survey->name_spaces.count);

	put(page, "Symbols", "%zu from %s%s", symbol_table_count(kernel->symbols),
	    kernel->symbols_from,
	    kernel->symbols_complete ? "" : "; about others nothing is known");
	put(page, "", "%zu of the kernel, %zu of %zu modules%s", survey->of_kernel,
	    survey->of_modules, survey->module_count, survey->of_unknown ? "," : "");
	if (survey->of_unknown)
		put(page, "", "%zu of which nothing says who exports them", survey->of_unknown);
	if (survey->absent)
		put(page, "", "%zu more are of modules that its tree lacks: they do not count",
		    survey->absent);
	put(page, "", "%zu for any module, %zu for GPL modules only%s", survey->any,
	    survey->gpl_only, survey->of_unknown_kind ? "," : "");
	if (survey->of_unknown_kind)
		put(page, "", "%zu of which nothing says for whom they are",
		    survey->of_unknown_kind);
	if (survey->without_crc)
		put(page, "", "%zu without a CRC", survey->without_crc);
	if (survey->of_unknown_kind < symbol_table_count(kernel->symbols))
		put(page, "Namespaces", "%s", name_spaces ? name_spaces : "?");
}

/* What is known of an exported SYMBOL, but for its name; owned. */
static char *described(const struct symbol *symbol)
{
	auto_free char *crc =
		symbol->has_crc ? text_format("0x%08x", symbol->crc) : strdup("no CRC");
	auto_free char *name_space =
		symbol->name_space ? text_format(", namespace %s", symbol->name_space) : NULL;

	return text_format("%s, exported by %s%s, %s%s", crc ? crc : "?",
			   symbol->exporter ? symbol->exporter : "an unknown exporter",
			   symbol->absent ? ", which its tree lacks" : "",
			   !symbol->kind_known ? "for whom is unknown"
			   : symbol->gpl_only  ? "for GPL modules only"
					       : "for any module",
			   name_space ? name_space : "");
}

static void put_symbol(const struct page *page, const struct kernel *kernel, const char *name)
{
	const struct symbol *symbol;
	enum symbol_status status = survey_ask(kernel, name, &symbol);
	auto_free char *text = symbol ? described(symbol) : NULL;
	struct page_row row = { .label = name, .label_width = LABEL_WIDTH, .text = text };

	row.ink = status == SYMBOL_EXPORTED ? INK_GOOD : INK_BAD;
	if (status == SYMBOL_NOT_EXPORTED)
		row.lead = "not exported";
	else if (status == SYMBOL_UNKNOWN)
		row.lead = "unknown";
	page_row(page, &row);
}

void report_symbols_text(const struct kernel *kernel, const struct strings *names,
			 const struct report_style *style, FILE *out)
{
	const struct page page = { out, style };
	AUTO(survey_done) struct survey survey = { 0 };

	for (size_t i = 0; i < names->count; i++)
		put_symbol(&page, kernel, names->items[i]);
	if (names->count)
		return;
	put_system(&page, kernel);
	if (!kernel->symbols || survey_make(kernel, &survey) < 0)
		put(&page, "Symbols", "unknown");
	else
		put_survey(&page, kernel, &survey);
}

static struct json *compressions_json(bool gzip, bool xz, bool zstd)
{
	struct json *array = json_new_array();

	if (gzip)
		json_append_text(array, "gzip");
	if (xz)
		json_append_text(array, "xz");
	if (zstd)
		json_append_text(array, "zstd");
	return array;
}

static struct json *decompressors_json(const struct decompressors *d)
{
	struct json *object = json_new_object();

	if (d->kmod_known)
		json_set(object, "kmod", compressions_json(d->kmod_gzip, d->kmod_xz, d->kmod_zstd));
	if (d->kernel_known)
		json_set(object, "kernel",
			 compressions_json(d->kernel_gzip, d->kernel_xz, d->kernel_zstd));
	return object;
}

static struct json *kernel_json(const struct kernel *kernel)
{
	struct json *object = piece_kernel(kernel);

	piece_set_known(object, "vermagic", kernel->vermagic);
	if (kernel->tree_known || kernel->builtins.count)
		json_set(object, "builtins", piece_texts(&kernel->builtins));
	if (kernel->signers.own.count)
		json_set(object, "signers", piece_texts(&kernel->signers.own));
	json_set(object, "blacklist", piece_texts(&kernel->blacklist));
	json_set(object, "decompressors", decompressors_json(&kernel->decompressors));
	return object;
}

static struct json *survey_json(const struct survey *survey)
{
	struct json *object = json_new_object();

	json_set_number(object, "of_kernel", (int64_t)survey->of_kernel);
	json_set_number(object, "of_modules", (int64_t)survey->of_modules);
	json_set_number(object, "of_unknown", (int64_t)survey->of_unknown);
	json_set_number(object, "absent", (int64_t)survey->absent);
	json_set_number(object, "any", (int64_t)survey->any);
	json_set_number(object, "gpl_only", (int64_t)survey->gpl_only);
	json_set_number(object, "of_unknown_kind", (int64_t)survey->of_unknown_kind);
	json_set_number(object, "without_crc", (int64_t)survey->without_crc);
	json_set_number(object, "modules", (int64_t)survey->module_count);
	json_set(object, "namespaces", piece_texts(&survey->name_spaces));
	return object;
}

static struct json *symbol_json(const struct kernel *kernel, const char *name)
{
	const struct symbol *symbol;
	enum symbol_status status = survey_ask(kernel, name, &symbol);
	struct json *object = json_new_object();
	auto_free char *crc = NULL;

	json_set_text(object, "name", name);
	json_set_text(object, "status", symbol_status_id(status));
	if (!symbol)
		return object;
	crc = symbol->has_crc ? text_format("0x%08x", symbol->crc) : NULL;
	json_set_text(object, "crc", crc);
	piece_set_known(object, "exporter", symbol->exporter);
	if (symbol->kind_known) {
		json_set_bool(object, "gpl_only", symbol->gpl_only);
		json_set_text(object, "namespace", symbol->name_space);
	}
	return object;
}

struct json *report_symbols_json(const struct kernel *kernel, const struct strings *names)
{
	AUTO(survey_done) struct survey survey = { 0 };
	struct json *document = piece_document();
	struct json *symbols = json_new_array();

	json_set(document, "kernel", kernel_json(kernel));
	if (kernel->symbols && survey_make(kernel, &survey) == 0)
		json_set(document, "survey", survey_json(&survey));
	for (size_t i = 0; i < names->count; i++)
		json_append(symbols, symbol_json(kernel, names->items[i]));
	json_set(document, "symbols", symbols);
	return document;
}
