#include "base/markup.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Markup, SaysWhatWouldBeMarkup) {
  EXPECT_EQ(escaped("<b a=\"1\" c='2'>&amp;</b>"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;");
  EXPECT_EQ(escaped("caf\xc3\xa9 ~ plain"), "caf\xc3\xa9 ~ plain");
}

TEST(Markup, KeepsLinesAndLeavesOutWhatCannotBeSaid) {
  EXPECT_EQ(escaped("a\nb\tc\rd"), "a\nb\tc&#13;d");
  EXPECT_EQ(escaped(std::string_view("\x01\x00\x1f", 3)), "   ");
}

}  // namespace
}  // namespace base
