// How to cite the papers that the manifest names.
#pragma once

#include <string>
#include <string_view>

namespace zoo::apps {

// "He et al.: Deep Residual Learning for Image Recognition. CVPR 2016. https://arxiv.org/abs/1512.03385";
// the URL alone where the paper is not known.
std::string reference(std::string_view paper_url);

// A BibTeX entry, ending with a line feed; an @misc with the URL where the paper is not known.
std::string bibtex(std::string_view paper_url);

}  // namespace zoo::apps
