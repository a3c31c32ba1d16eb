/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/loadable.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "select/loading.h"

static bool kernel_unpacks(const struct decompressors *known, enum compression compression)
{
	return (compression == COMPRESSION_GZIP && known->kernel_gzip) ||
	       (compression == COMPRESSION_XZ && known->kernel_xz) ||
	       (compression == COMPRESSION_ZSTD && known->kernel_zstd);
}

static bool kmod_unpacks(const struct decompressors *known, enum compression compression)
{
	return (compression == COMPRESSION_GZIP && known->kmod_gzip) ||
	       (compression == COMPRESSION_XZ && known->kmod_xz) ||
	       (compression == COMPRESSION_ZSTD && known->kmod_zstd);
}

bool loadable_is_readable(const struct kernel *kernel, const struct module *module)
{
	const struct decompressors *known = &kernel->decompressors;

	if (module->compression == COMPRESSION_NONE)
		return true;
	/* kmod leaves it to the kernel where that knows the same compression. */
	if (known->kernel_known && kernel_unpacks(known, module->compression))
		return module->compression != COMPRESSION_XZ || module->xz_crc32_only;
	return !known->kmod_known || kmod_unpacks(known, module->compression);
}

static const char *compression_name(enum compression compression)
{
	static const char *const names[] = {
		[COMPRESSION_NONE] = "not at all",
		[COMPRESSION_GZIP] = "with gzip",
		[COMPRESSION_XZ] = "with xz",
		[COMPRESSION_ZSTD] = "with zstd",
	};

	return names[compression];
}

static int diagnose_compression(const struct kernel *kernel, const struct module *module,
				struct diagnostics *diagnostics)
{
	bool check = kernel_unpacks(&kernel->decompressors, module->compression);

	if (loadable_is_readable(kernel, module))
		return 0;
	return diagnostics_add(diagnostics, "unreadable-compression", module->name,
			       "the module %s is compressed %s, %s", module->name,
			       compression_name(module->compression),
			       check ? "with a check that the kernel cannot verify"
				     : "which neither kmod nor the kernel of the target reads");
}

int loadable_diagnose(const struct kernel *kernel, const struct module *module,
		      struct diagnostics *diagnostics)
{
	int r = diagnose_compression(kernel, module, diagnostics);

	if (r == 0)
		r = loading_diagnose(kernel, module, diagnostics);
	if (r == 0 && strings_contain_sorted(&kernel->blacklist, module->name))
		r = diagnostics_add(diagnostics, "blacklisted-module", module->name,
				    "the module %s is blacklisted on the target, so no device "
				    "makes it load",
				    module->name);
	if (r == 0 && strings_contain_sorted(&kernel->tree_modules, module->name) &&
	    !strings_contain_sorted(&kernel->builtins, module->name))
		r = diagnostics_add(diagnostics, "replaces-module", module->name,
				    "the module %s takes the place of the kernel's own",
				    module->name);
	return r;
}
