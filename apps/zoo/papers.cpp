#include "apps/zoo/papers.h"

#include <algorithm>
#include <array>

#include "zoo/base/foreign_text.h"

namespace zoo::apps {
namespace {

// A BibTeX entry's type, and its field for the venue.
struct Kind {
  std::string_view entry, venue;
};
constexpr Kind kConference{"inproceedings", "booktitle"}, kJournal{"article", "journal"},
    kPreprint{"misc", "howpublished"};

struct Paper {
  std::string_view url, key, first_author, authors, title;
  Kind kind;
  std::string_view venue;
  int year;
};

constexpr std::array kPapers{
    Paper{"https://arxiv.org/abs/1512.03385", "he2016deep", "He et al.",
          "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
          "Deep Residual Learning for Image Recognition", kConference, "CVPR", 2016},
    Paper{"https://arxiv.org/abs/1605.07146", "zagoruyko2016wide", "Zagoruyko and Komodakis",
          "Zagoruyko, Sergey and Komodakis, Nikos", "Wide Residual Networks", kConference, "BMVC", 2016},
    Paper{"https://arxiv.org/abs/1611.05431", "xie2017aggregated", "Xie et al.",
          "Xie, Saining and Girshick, Ross and Doll{\\'a}r, Piotr and Tu, Zhuowen and He, Kaiming",
          "Aggregated Residual Transformations for Deep Neural Networks", kConference, "CVPR", 2017},
    Paper{"https://arxiv.org/abs/1709.01507", "hu2018squeeze", "Hu et al.",
          "Hu, Jie and Shen, Li and Sun, Gang", "Squeeze-and-Excitation Networks", kConference, "CVPR", 2018},
    Paper{"https://arxiv.org/abs/1803.08494", "wu2018group", "Wu and He", "Wu, Yuxin and He, Kaiming",
          "Group Normalization", kConference, "ECCV", 2018},
    Paper{"https://arxiv.org/abs/1805.00932", "mahajan2018exploring", "Mahajan et al.",
          "Mahajan, Dhruv and Girshick, Ross and Ramanathan, Vignesh and He, Kaiming and Paluri, Manohar and "
          "Li, Yixuan and Bharambe, Ashwin and van der Maaten, Laurens",
          "Exploring the Limits of Weakly Supervised Pretraining", kConference, "ECCV", 2018},
    Paper{"https://arxiv.org/abs/1812.01187", "he2019bag", "He et al.",
          "He, Tong and Zhang, Zhi and Zhang, Hang and Zhang, Zhongyue and Xie, Junyuan and Li, Mu",
          "Bag of Tricks for Image Classification with Convolutional Neural Networks", kConference, "CVPR",
          2019},
    Paper{"https://arxiv.org/abs/1904.01169", "gao2021res2net", "Gao et al.",
          "Gao, Shang-Hua and Cheng, Ming-Ming and Zhao, Kai and Zhang, Xin-Yu and Yang, Ming-Hsuan and "
          "Torr, Philip",
          "Res2Net: A New Multi-scale Backbone Architecture", kJournal, "IEEE TPAMI", 2021},
    Paper{"https://arxiv.org/abs/1904.11486", "zhang2019making", "Zhang", "Zhang, Richard",
          "Making Convolutional Networks Shift-Invariant Again", kConference, "ICML", 2019},
    Paper{"https://arxiv.org/abs/1905.00546", "yalniz2019billion", "Yalniz et al.",
          "Yalniz, I. Zeki and J{\\'e}gou, Herv{\\'e} and Chen, Kan and Paluri, Manohar and "
          "Mahajan, Dhruv",
          "Billion-scale semi-supervised learning for image classification", kPreprint, "arXiv:1905.00546",
          2019},
    Paper{"https://arxiv.org/abs/1910.03151", "wang2020eca", "Wang et al.",
          "Wang, Qilong and Wu, Banggu and Zhu, Pengfei and Li, Peihua and Zuo, Wangmeng and Hu, Qinghua",
          "ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks", kConference, "CVPR",
          2020},
    Paper{"https://arxiv.org/abs/2002.08258", "aflalo2020knapsack", "Aflalo et al.",
          "Aflalo, Yonathan and Noy, Asaf and Lin, Ming and Friedman, Itamar and Zelnik, Lihi",
          "Knapsack Pruning with Inner Distillation", kPreprint, "arXiv:2002.08258", 2020},
    Paper{"https://arxiv.org/abs/2003.13630", "ridnik2021tresnet", "Ridnik et al.",
          "Ridnik, Tal and Lawen, Hussam and Noy, Asaf and Ben Baruch, Emanuel and Sharir, Gilad and "
          "Friedman, Itamar",
          "TResNet: High Performance GPU-Dedicated Architecture", kConference, "WACV", 2021},
    Paper{"https://arxiv.org/abs/2004.08955", "zhang2022resnest", "Zhang et al.",
          "Zhang, Hang and Wu, Chongruo and Zhang, Zhongyue and Zhu, Yi and Lin, Haibin and Zhang, Zhi and "
          "Sun, Yue and He, Tong and Mueller, Jonas and Manmatha, R. and Li, Mu and Smola, Alexander",
          "ResNeSt: Split-Attention Networks", kConference, "CVPR Workshops", 2022},
    Paper{"https://arxiv.org/abs/2103.07579", "bello2021revisiting", "Bello et al.",
          "Bello, Irwan and Fedus, William and Du, Xianzhi and Cubuk, Ekin D. and Srinivas, Aravind and "
          "Lin, Tsung-Yi and Shlens, Jonathon and Zoph, Barret",
          "Revisiting ResNets: Improved Training and Scaling Strategies", kConference, "NeurIPS", 2021},
    Paper{"https://arxiv.org/abs/2104.10972", "ridnik2021imagenet21k", "Ridnik et al.",
          "Ridnik, Tal and Ben-Baruch, Emanuel and Noy, Asaf and Zelnik-Manor, Lihi",
          "ImageNet-21K Pretraining for the Masses", kConference, "NeurIPS Datasets and Benchmarks", 2021},
    Paper{"https://arxiv.org/abs/2110.00476", "wightman2021resnet", "Wightman et al.",
          "Wightman, Ross and Touvron, Hugo and J{\\'e}gou, Herv{\\'e}",
          "ResNet strikes back: An improved training procedure in timm", kPreprint, "arXiv:2110.00476", 2021},
    Paper{
        "https://arxiv.org/abs/2203.07845", "zhang2022bamboo", "Zhang et al.",
        "Zhang, Yuanhan and Sun, Qinghong and Zhou, Yichun and He, Zexin and Yin, Zhenfei and Wang, Kun and "
        "Sheng, Lu and Qiao, Yu and Shao, Jing and Liu, Ziwei",
        "Bamboo: Building Mega-Scale Vision Dataset Continually with Human-Machine Synergy", kPreprint,
        "arXiv:2203.07845", 2022},
};

const Paper* find(std::string_view url) {
  const auto found = std::ranges::find(kPapers, url, &Paper::url);
  return found == kPapers.end() ? nullptr : &*found;
}

std::string text(std::string_view value) {
  return std::string(value);
}

}  // namespace

std::string reference(std::string_view paper_url) {
  const Paper* paper = find(paper_url);
  if (paper == nullptr) return text(paper_url);
  return text(paper->first_author) + ": " + text(paper->title) + ". " + text(paper->venue) + " " +
         std::to_string(paper->year) + ". " + text(paper->url);
}

std::string bibtex(std::string_view paper_url) {
  const Paper* paper = find(paper_url);
  if (paper == nullptr) return "@misc{paper,\n  url = {" + printable(paper_url) + "}\n}\n";
  return "@" + text(paper->kind.entry) + "{" + text(paper->key) + ",\n  author = {" + text(paper->authors) +
         "},\n  title = {{" + text(paper->title) + "}},\n  " + text(paper->kind.venue) + " = {" +
         text(paper->venue) + "},\n  year = {" + std::to_string(paper->year) + "},\n  url = {" +
         text(paper->url) + "}\n}\n";
}

}  // namespace zoo::apps
