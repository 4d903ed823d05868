// GeoBox: the box around the values of a geometry or geography column, as they are written. Source:
// Iceberg specification, "Bounds for Geometry and Geography", Appendix D, Appendix G (WKB as ISO
// has it: points, lines, polygons, their collections; with Z, M, both or neither).
//
// Better no box than a wrong one: there is none once a value was not understood, such as a curve,
// whose arcs leave the box of its points. Of geographies only points and collections of points have
// one: the edges of others run along geodesics, further from the equator than both their ends.
//
// Values are bytes from outside: lengths are checked, nesting is bounded.
// Thread-safety: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn::iceberg {

class GeoBox {
 public:
  enum class Edges : uint8_t {
    kLinear,    ///< geometry
    kGeodesic,  ///< geography
  };

  explicit GeoBox(Edges edges) : edges_(edges) {}

  /// A value, in well-known binary.
  void Add(std::string_view wkb);

  /// As bounds are serialised; nullopt where there is no box.
  std::optional<std::string> Lower() const { return Corner(&Range::least); }
  std::optional<std::string> Upper() const { return Corner(&Range::greatest); }

 private:
  /// Of one dimension, NaN aside.
  struct Range {
    bool any = false;
    double least = 0;
    double greatest = 0;

    void Add(double value);
  };
  class Reader;

  bool AddPoint(const std::array<double, 4>& point);
  std::optional<std::string> Corner(double Range::* bound) const;

  const Edges edges_;
  /// False once a value was not understood.
  bool sound_ = true;
  /// X, Y, Z, M.
  std::array<Range, 4> ranges_;
};

}  // namespace firn::iceberg
