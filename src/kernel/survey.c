/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/survey.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/text.h"

void survey_done(struct survey *survey)
{
	strings_done(&survey->name_spaces);
	*survey = (struct survey){ 0 };
}

static void count_exporter(struct survey *survey, const struct symbol *symbol)
{
	if (!symbol->exporter)
		survey->of_unknown++;
	else if (text_equal(symbol->exporter, "vmlinux"))
		survey->of_kernel++;
	else
		survey->of_modules++;
}

static void count_kind(struct survey *survey, const struct symbol *symbol)
{
	if (!symbol->kind_known)
		survey->of_unknown_kind++;
	else if (symbol->gpl_only)
		survey->gpl_only++;
	else
		survey->any++;
	survey->without_crc += !symbol->has_crc;
}

int survey_make(const struct kernel *kernel, struct survey *ret)
{
	AUTO(survey_done) struct survey survey = { 0 };
	auto_strings struct strings modules = { 0 };
	const struct symbol *symbol;
	int r = 0;

	for (size_t i = 0; kernel->symbols && r == 0; i++) {
		symbol = symbol_table_at(kernel->symbols, i);
		if (!symbol)
			break;
		if (symbol->absent) {
			survey.absent++;
			continue;
		}
		count_exporter(&survey, symbol);
		count_kind(&survey, symbol);
		if (symbol->name_space)
			r = strings_add(&survey.name_spaces, symbol->name_space);
		if (r == 0 && symbol->exporter && !text_equal(symbol->exporter, "vmlinux"))
			r = strings_add(&modules, symbol->exporter);
	}
	if (r < 0)
		return r;
	strings_sort_unique(&survey.name_spaces);
	strings_sort_unique(&modules);
	survey.module_count = modules.count;
	*ret = survey;
	survey = (struct survey){ 0 };
	return 0;
}

const char *symbol_status_id(enum symbol_status status)
{
	switch (status) {
	case SYMBOL_EXPORTED:
		return "exported";
	case SYMBOL_ABSENT:
		return "absent";
	case SYMBOL_NOT_EXPORTED:
		return "not-exported";
	case SYMBOL_UNKNOWN:
		return "unknown";
	}
	abort();
}

enum symbol_status survey_ask(const struct kernel *kernel, const char *name,
			      const struct symbol **ret)
{
	const struct symbol *symbol =
		kernel->symbols ? symbol_table_find(kernel->symbols, name) : NULL;

	*ret = symbol;
	if (symbol)
		return symbol->absent ? SYMBOL_ABSENT : SYMBOL_EXPORTED;
	return kernel->symbols && kernel->symbols_complete ? SYMBOL_NOT_EXPORTED : SYMBOL_UNKNOWN;
}
