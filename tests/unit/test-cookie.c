/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "packages/cookie.h"

#define REPOMD "<repomd/>\n"
/* Of that index in dir:/srv/repo, and at https://h.invalid/x?a=b. */
#define LOCAL  "330b7de634c298d58ce8bd03fed81b9ab569dd9e"
#define REMOTE "2f17c72c7961a43d322869eaf021b5fce2662f4a"

static struct bytes borrow(const char *text)
{
	return (struct bytes){ .data = (uint8_t *)(uintptr_t)text, .size = strlen(text) };
}

static void a_cookie_names_one_index_at_one_url(void **state)
{
	static const struct {
		const char *label, *cookie, *repomd, *url;
		int wanted;
	} rows[] = {
		{ "as zypper spells the URL", LOCAL " 1795294523\n", REPOMD, "dir:/srv/repo", 1 },
		{ "with an empty host", LOCAL " 1795294523\n", REPOMD, "dir:///srv/repo", 1 },
		{ "a remote one", REMOTE " 1\n", REPOMD, "https://h.invalid/x?a=b", 1 },
		{ "another URL", LOCAL " 1795294523\n", REPOMD, "dir:/srv/other", 0 },
		{ "another index", LOCAL " 1795294523\n", REPOMD "\n", "dir:/srv/repo", 0 },
		{ "no time behind it", LOCAL, REPOMD, "dir:/srv/repo", 0 },
		{ "longer", LOCAL "0 1\n", REPOMD, "dir:/srv/repo", 0 },
		{ "cut", "330b7de 1\n", REPOMD, "dir:/srv/repo", 0 },
		{ "empty", "", REPOMD, "dir:/srv/repo", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct bytes cookie = borrow(rows[i].cookie), repomd = borrow(rows[i].repomd);
		int got = cookie_names(&cookie, &repomd, rows[i].url);

		if (got != rows[i].wanted)
			fail_msg("%s: got %d", rows[i].label, got);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cookie_names_one_index_at_one_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
