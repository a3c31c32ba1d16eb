/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/variables.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* One reference in a text (libzypp: RepoVariables.cc, FindVar). */
struct reference {
	const char *name, *name_end;
	char kind; /* '$' for a plain one, '-' or '+' for one with a word */
	const char *word, *word_end; /* unless plain */
	const char *end; /* behind all of it */
};

struct expansion {
	const struct variables *variables;
	char *text; /* VARIABLES_TEXT_MAX + 1 bytes */
	size_t size;
};

static bool is_name(char c)
{
	return c == '_' || isalnum((unsigned char)c);
}

static bool find_reference(const char *dollar, const char *limit, int depth, struct reference *ret);

/* The '}' that ends the word at TEXT, or NULL. */
static const char *find_word_end(const char *text, const char *limit, int depth)
{
	while (text < limit && *text != '}') {
		struct reference inner;

		if (*text == '$') {
			if (!find_reference(text, limit, depth + 1, &inner))
				return NULL;
			text = inner.end;
		} else {
			text += *text == '\\' && text + 1 < limit ? 2 : 1;
		}
	}
	return text < limit ? text : NULL;
}

/* Is there a reference at DOLLAR? Else the '$' is one like any other character. */
static bool find_reference(const char *dollar, const char *limit, int depth, struct reference *ret)
{
	bool braced = dollar + 1 < limit && dollar[1] == '{';
	const char *c = dollar + (braced ? 2 : 1);

	if (depth > VARIABLES_DEPTH_MAX)
		return false;
	*ret = (struct reference){ .name = c, .kind = '$' };
	while (c < limit && is_name(*c))
		c++;
	ret->name_end = ret->end = c;
	if (c == ret->name || !braced)
		return c != ret->name;
	if (c + 1 < limit && c[0] == ':' && (c[1] == '-' || c[1] == '+')) {
		ret->kind = c[1];
		ret->word = c + 2;
		c = ret->word_end = find_word_end(ret->word, limit, depth);
	}
	if (!c || c >= limit || *c != '}')
		return false;
	ret->end = c + 1;
	return true;
}

static int append(struct expansion *expansion, const char *text, size_t length)
{
	if (length > VARIABLES_TEXT_MAX - expansion->size)
		return -E2BIG;
	memcpy(expansion->text + expansion->size, text, length);
	expansion->size += length;
	return 0;
}

static int expand(struct expansion *expansion, const char *text, const char *limit, int depth);

static int append_reference(struct expansion *expansion, const char *from,
			    const struct reference *reference, int depth)
{
	auto_free char *name =
		strndup(reference->name, (size_t)(reference->name_end - reference->name));
	const char *value = name ? variables_get(expansion->variables, name) : NULL;
	bool empty = !value || *value == '\0';

	if (!name)
		return -ENOMEM;
	if (reference->kind == '$' && !value)
		return append(expansion, from, (size_t)(reference->end - from));
	if (reference->kind != '$' && (reference->kind == '-') == empty)
		return expand(expansion, reference->word, reference->word_end, depth + 1);
	if (reference->kind == '+' || !value)
		return 0;
	return append(expansion, value, strlen(value));
}

static int expand(struct expansion *expansion, const char *text, const char *limit, int depth)
{
	int r = 0;

	while (text < limit && r == 0) {
		struct reference reference;

		if (*text == '$' && find_reference(text, limit, depth, &reference)) {
			r = append_reference(expansion, text, &reference, depth);
			text = reference.end;
			continue;
		}
		/* Only a word has escapes: "\$", "\}" and "\\". */
		if (depth > 0 && *text == '\\' && text + 1 < limit && strchr("$}\\", text[1]))
			text++;
		r = append(expansion, text++, 1);
	}
	return r;
}

int variables_expand(const struct variables *variables, const char *text, char **ret)
{
	auto_free char *buffer = malloc(VARIABLES_TEXT_MAX + 1);
	struct expansion expansion = { variables, buffer, 0 };
	int r;

	if (!buffer)
		return -ENOMEM;
	r = expand(&expansion, text, text + strlen(text), 0);
	if (r < 0)
		return r;
	buffer[expansion.size] = '\0';
	*ret = strdup(buffer);
	return *ret ? 0 : -ENOMEM;
}

int variables_set(struct variables *variables, const char *name, const char *value)
{
	for (size_t i = 0; i < variables->names.count; i++) {
		char *copy;

		if (!text_equal(variables->names.items[i], name))
			continue;
		copy = strdup(value);
		if (!copy)
			return -ENOMEM;
		free(variables->values.items[i]);
		variables->values.items[i] = copy;
		return 0;
	}
	if (strings_add(&variables->values, value) < 0 || strings_add(&variables->names, name) < 0)
		return -ENOMEM;
	return 0;
}

const char *variables_get(const struct variables *variables, const char *name)
{
	for (size_t i = 0; i < variables->names.count; i++)
		if (text_equal(variables->names.items[i], name))
			return variables->values.items[i];
	return NULL;
}

void variables_done(struct variables *variables)
{
	strings_done(&variables->names);
	strings_done(&variables->values);
}
